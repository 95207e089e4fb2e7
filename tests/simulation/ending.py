"""How a run ends (M2): faults are over, time runs, partners are honest, and people pay again what may be paid again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from gateway.usecases.collect import collect
from gateway.usecases.poll import poll
from gateway.usecases.send import send
from simulation.process import Process
from simulation.reorder import Reorder

if TYPE_CHECKING:
    from simulation.world import World

ROUNDS, HOURS = 7, 24
LOOKS = 3
"""Rounds after the last word, such as the answer to a recall: a file without a sign of its end must rest first."""
PAID_AGAIN = 4
"""Round in which people pay again whatever may be; one round later a bank may book what it had refused."""
REORDERED = 0.1
"""Share of the runs in which everything is told again in another order: it costs as much as the run."""


class Ending:
    """The last days of a world."""

    def __init__(self, world: World) -> None:
        self._world, self._chance, self._context = world, world.chance, world.context
        self._banks = world.banks.values()

    def run(self) -> None:
        """Everybody dies once more, and then nobody does."""
        world = self._world
        self._chance.quiet = True
        world.restart()
        world.deciders.bring(self._context)
        said: list[str] = []
        for number in range(ROUNDS):
            said = self._round(number)
        for _ in range(LOOKS):
            world.clock.pass_(hours=HOURS)
            said += self._poll()
        world.look()
        world.oracles.at_the_end(world.store, said)
        if self._chance.happens(REORDERED):
            reorder = Reorder(world.raw, world.store, world.banks, self._chance)
            reorder.check(lambda: self._last("poll", self._collect))

    def _round(self, number: int) -> list[str]:
        """The codes of what went wrong."""
        self._world.pass_(60 * HOURS)
        if number == PAID_AGAIN:
            self._pay_again()
        if number == PAID_AGAIN + 1:
            self._book_after_all()
        said = self._last("send", lambda: send(self._context)) + self._poll()
        for bank in self._banks:
            bank.honest_day()
        self._world.look()
        return said

    # --- paying again -------------------------------------------------------------------------------------------

    def _pay_again(self) -> None:
        """All that may be, and what may not. Before it goes out, a bank may book what it had refused, and say so."""
        operators, deciders = self._world.operators, self._world.deciders
        for bank in self._banks:
            for each in sorted(bank.ledger.returned_short):
                self._by_people(partial(operators.order_anew, self._context, each))
        while untried := deciders.untried():
            if batch := self._by_people(partial(deciders.pay_again, self._context, *untried[0])):
                self._by_people(partial(operators.bring_to_approval, self._context, batch))
        if self._chance.happens(0.5):
            self._book_after_all()
            for bank in self._banks:
                bank.books.close_day()
            self._poll()

    def _by_people(self, act: Callable[[], Any]) -> Any:
        process = Process("people", act, self._chance)
        self._world.let_run(process)
        return process.result

    def _book_after_all(self) -> None:
        paid_again = self._world.deciders.paid_again()
        for bank in self._banks:
            bank.books.book_after_all(paid_again)

    # --- the last runs ------------------------------------------------------------------------------------------

    def _poll(self) -> list[str]:
        return self._last("poll", lambda: poll(self._context))

    def _collect(self) -> object:
        return [collect(self._context, partner) for partner in self._context.partners.values()]

    def _last(self, name: str, act: Callable[[], Any]) -> list[str]:
        process = Process(f"last {name}", act, self._chance)
        self._world.let_run(process)
        return [error.code for error in process.errors()]
