"""People of the payer: lists in, approvals, doubts, mistakes, and the second click (fault 112)."""

from __future__ import annotations

import hashlib
import io
import sqlite3
from collections.abc import Callable

from support.gateways import PAYER, PERIOD, csv_of, person, row

from gateway.store import stops
from gateway.usecases import approve
from gateway.usecases.context import Context
from gateway.usecases.intake import Request, import_batch
from gateway.usecases.stopping import stop
from simulation.chance import Chance
from simulation.judge import Judge

Rows = list[dict[str, str]]
LISTS_MAX = 5
CHECKERS = ("checker", "checker2", "both")


class Operators:
    """Acts of people; each returns a command to run as a process of its own."""

    def __init__(self, chance: Chance, judge: Judge, partners: tuple[str, ...], raw: sqlite3.Connection) -> None:
        self._chance, self._judge, self._partners, self._raw = chance, judge, partners, raw
        self._lists: list[Rows] = []
        self._number = 0
        self.stopping = chance.happens(0.25)
        """Whether anybody of this seed ever stops anything."""

    # --- lists --------------------------------------------------------------------------------------------------

    def list_in(self, context: Context) -> object:
        """A new list, or (112) an old one again: the same bytes, re-ordered, changed, or with persons paid before."""
        if len(self._lists) < LISTS_MAX and (not self._lists or self._chance.happens(0.6)):
            rows = self._new_list()
            self._lists.append(rows)
        else:
            self._chance.count(112)
            rows = self._again(self._chance.one(self._lists))
        content = csv_of(rows)
        self._judge.lists[hashlib.sha256(content).hexdigest()] = {each["payment_ref"]: each for each in rows}
        request = Request(io.BytesIO(content), "list.csv", "pension", PERIOD, "maker", PAYER)
        return import_batch(context, request, {})

    def _new_list(self) -> Rows:
        return [self._row() for _ in range(self._chance.number(1, 4))]

    def _row(self) -> dict[str, str]:
        self._number += 1
        number = self._number
        changes = {"account": f"10777{number:05d}", "amount": str(100_000 + 37 * number)}
        if self._chance.one(self._partners) == "momo":
            changes |= {"bank": "momo", "account": f"0977{number:06d}"}
        return row(number, **changes)

    def _again(self, rows: Rows) -> Rows:
        how = self._chance.one(("same", "reordered", "changed", "new references"))
        if how == "reordered":
            return self._chance.shuffled(rows)
        if how == "changed":
            return [{**rows[0], "amount": str(int(rows[0]["amount"]) + 1)}, *rows[1:]]
        if how == "new references":
            return [{**each, "payment_ref": f"{each['payment_ref']}-N"} for each in rows]
        return rows

    # --- batches ------------------------------------------------------------------------------------------------

    def act(self, context: Context) -> Callable[[], object]:
        """What somebody does next; mostly what is next, sometimes what must be refused."""
        how = self._chance.weighted({"list": 25, "forward": 60, "odd": 10, "stop": 12 if self.stopping else 0})
        if how == "list":
            return lambda: self.list_in(context)
        if how == "stop":
            return lambda: self._stop(context)
        return lambda: self._judge_batch(context, how == "odd")

    def _judge_batch(self, context: Context, odd: bool) -> object:
        batches = self._raw.execute("SELECT id, state FROM batch WHERE state <> 'invalid' ORDER BY id").fetchall()
        if not batches:
            return None
        if odd:
            return self._odd(context, self._chance.one(batches)[0])
        waiting = [each for each in batches if each[1] in ("ready", "submitted")]
        return self._forward(context, self._chance.one(waiting)) if waiting else None

    def _forward(self, context: Context, batch: tuple[str, str]) -> object:
        number, state = batch
        if state == "ready":
            return approve.submit(context, number, "maker", person("maker"))
        name = self._chance.one(CHECKERS)
        return approve.approve(context, number, name, person(name))

    def _odd(self, context: Context, batch: str) -> object:
        """Fault 112: the maker approves, a check is clicked twice, something is taken back too late."""
        self._chance.count(112)
        verb = self._chance.one((approve.approve, approve.approve, approve.reject, approve.cancel))
        name = self._chance.one(("maker", *CHECKERS))
        self._chance.tell(f"{name} {verb.__name__} {batch}")
        return verb(context, batch, name, person(name))

    def order_anew(self, context: Context, end_to_end_id: str) -> None:
        """A benefit once more, on a list of its own, to its approval: by the rules it is not free."""
        self._chance.count(112)
        listed = self._judge.listed(end_to_end_id)
        rows = [{**listed, "payment_ref": f"{listed['payment_ref']}-A"}]
        content = csv_of(rows)
        self._judge.lists[hashlib.sha256(content).hexdigest()] = {each["payment_ref"]: each for each in rows}
        request = Request(io.BytesIO(content), "anew.csv", "pension", PERIOD, "maker", PAYER)
        import_batch(context, request, {})
        (batch,) = self._raw.execute("SELECT max(id) FROM batch").fetchone()
        self.bring_to_approval(context, batch)

    @staticmethod
    def bring_to_approval(context: Context, batch: str) -> None:
        approve.submit(context, batch, "maker", person("maker"))
        for name in ("checker", "checker2"):
            approve.approve(context, batch, name, person(name))

    # --- stops --------------------------------------------------------------------------------------------------

    def _stop(self, context: Context) -> None:
        """M16: one person stops; two let it go on (``simulation.deciders``)."""
        batches = [number for (number,) in self._raw.execute("SELECT id FROM batch ORDER BY id")]
        scopes = [stops.EVERYTHING, stops.of_partner(self._chance.one(self._partners))]
        scopes += [stops.Scope("batch", self._chance.one(batches))] if batches else []
        stop(context, self._chance.one(scopes), "a doubt", "maker")
