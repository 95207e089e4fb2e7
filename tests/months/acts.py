"""What people do in the middle of a month, and the judge of it: the bank's own book, which checks nothing."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from stateful.ledger import Bank
from support.gateways import Gateway, copy_of, person, row

from gateway.domain.errors import ChitraError
from gateway.store.stops import EVERYTHING
from gateway.usecases import approve, decide
from gateway.usecases.acts import ACTS as OF_TWO
from gateway.usecases.decide import Proposal
from gateway.usecases.exceptions import Finding, assign, resolve
from gateway.usecases.poll import poll
from gateway.usecases.stopping import stop
from months.outcomes import File
from months.play import by_channel

NEXT = 9_000
"""Rows from here on are other people's."""


def _sends(gateway: Gateway) -> None:
    gateway.approved(row(NEXT + 1), row(NEXT + 2))
    gateway.send()
    gateway.send()


def _imports_the_month_again(gateway: Gateway) -> None:
    count = int(gateway.value("SELECT count(*) FROM payment WHERE payment_ref LIKE 'TC-0%'"))
    gateway.import_([row(number) for number in range(1, count + 1)])
    gateway.send()


def _pays_returned_people_again(gateway: Gateway) -> None:
    """By a list of their own; who has not been returned in full is refused, and then nobody is paid."""
    returned = gateway.rows("SELECT payment_ref, end_to_end_id FROM payment WHERE state = 'returned' ORDER BY id")
    numbers = [int(each.payment_ref[3:]) for each in returned]
    rows = [row(number, payment_ref=f"RE-{number:04d}") for number in numbers]
    if rows and not gateway.import_(rows).problems:
        _approve_all(gateway)
    gateway.send()


def _pays_everybody_again(gateway: Gateway) -> None:
    """A clumsy maker: the same people and month under other references, row by row."""
    for number in range(1, 41, 3):
        gateway.import_([row(number, payment_ref=f"XX-{number:04d}")])
    _approve_all(gateway)
    gateway.send()


def _cancels(gateway: Gateway) -> None:
    batch = gateway.approved(row(NEXT + 3))
    gateway.send()
    for each in gateway.rows("SELECT id FROM batch ORDER BY id"):
        _refusable(lambda each=each: approve.cancel(gateway.context, each.id, "maker", person("maker")))  # type: ignore[misc]
    assert gateway.value("SELECT state FROM batch WHERE id = :b", b=batch) != "cancelled", "M13"


def _stops_and_starts(gateway: Gateway) -> None:
    stop(gateway.context, EVERYTHING, "drill", "user:lan")
    gateway.approved(row(NEXT + 4))
    gateway.send()
    _two(gateway, "start", "all")
    gateway.send()


def _ends_exceptions(gateway: Gateway) -> None:
    """As the bank answers: nameless credits are returns, the rest is explained, cleared or answered."""
    found = gateway.rows(
        "SELECT x.id, x.kind, x.amount, p.end_to_end_id FROM exception x LEFT JOIN payment p ON p.state = 'settled'"
        " AND p.amount = x.amount AND x.kind = 'suspected_return' WHERE x.state = 'open' ORDER BY x.id"
    )
    for each in found:
        assign(gateway.context, each.id, "checker", "user:lan")
        for way in ("return_of",) if each.end_to_end_id else ("explained", "cleared", "answered"):
            payment = each.end_to_end_id if way == "return_of" else None
            told = Finding(each.id, way, "the bank wrote", payment, "letter.pdf", io.BytesIO(b"letter"))
            _refusable(lambda told=told: _end(gateway, told))  # type: ignore[misc]
    gateway.send()


def _end(gateway: Gateway, told: Finding) -> None:
    if decision := resolve(gateway.context, told, "checker", person("checker")):
        decide.confirm(gateway.context, OF_TWO, decision.reference, "checker2", person("checker2"))


ACTS: Mapping[str, Callable[[Gateway], None]] = {
    "sends another list": _sends,
    "imports the month again": _imports_the_month_again,
    "pays returned people again": _pays_returned_people_again,
    "pays everybody again": _pays_everybody_again,
    "cancels": _cancels,
    "stops and starts": _stops_and_starts,
    "ends exceptions": _ends_exceptions,
}
"""What somebody does -> doing it; refusals are right, whatever they are."""


def _refusable(act: Callable[[], object]) -> None:
    with suppress(ChitraError):
        act()


def _two(gateway: Gateway, verb: str, subject: str) -> None:
    proposal = Proposal(subject, "looked at")
    decision = decide.propose(gateway.context, OF_TWO[verb], proposal, "checker", person("checker"))
    decide.confirm(gateway.context, OF_TWO, decision.reference, "checker2", person("checker2"))


def _approve_all(gateway: Gateway) -> None:
    for each in gateway.rows("SELECT id FROM batch WHERE state = 'ready' ORDER BY id"):
        approve.submit(gateway.context, each.id, "maker", person("maker"))
        for name in ("checker", "checker2"):
            approve.approve(gateway.context, each.id, name, person(name))


def around(home: Path, folder: Path, files: Sequence[File], act: str, places: Sequence[int]) -> Iterator[int]:
    """For each place in the order of the files: tell those before it, act, tell the rest, send; and judge (M1)."""
    for place in places:
        gateway = by_channel(copy_of(home, folder / f"{place}"))
        bank = Bank(gateway.place())
        try:
            for number, (inbox, content) in enumerate(files):
                if number == place:
                    _refusable(lambda gateway=gateway: ACTS[act](gateway))  # type: ignore[misc]
                    bank.take()
                gateway.put(inbox, f"{number}", content)
                poll(gateway.context)
            gateway.send()
            bank.take()
            _judge(gateway, bank)
        finally:
            gateway.close()
        yield place


def _judge(gateway: Gateway, bank: Bank) -> None:
    """M1 by end-to-end id; and by person and month: paid anew only what has come back in full or was refused."""
    first = gateway.rows("SELECT end_to_end_id FROM payment WHERE payment_ref LIKE 'TC-0%'")
    ordered = Counter([*(each.end_to_end_id for each in first), *(order.end_to_end_id for order in bank.taken)])
    assert [each for each, times in ordered.items() if times > 1] == [], "M1: one id ordered twice"
    anew = gateway.rows(
        "SELECT n.payment_ref, n.end_to_end_id, f.state, EXISTS (SELECT 1 FROM history h WHERE h.kind = 'payment'"
        " AND h.subject = f.end_to_end_id AND h.target = 'returned' AND h.id < (SELECT min(g.id) FROM history g"
        " WHERE g.kind = 'payment' AND g.subject = n.end_to_end_id)) AS was_returned"
        " FROM payment n JOIN payment f ON f.person_blind = n.person_blind AND f.benefit_month = n.benefit_month"
        " AND f.id < n.id WHERE n.state <> 'cancelled'"
    )
    taken = {order.end_to_end_id for order in bank.taken}
    doubled = [each.payment_ref for each in anew if each.end_to_end_id in taken and not each.was_returned]
    assert doubled == [], f"M1: paid again without a return: {doubled}"
