"""The increase and decrease list: what this month's list has otherwise than the last one, person by person, and why.

Both months are what the lists said. Why an amount differs is reckoned anew from the roster as it was at each list and
from the rates that were known and law then; where these do not give the two amounts, the reason is not guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.domain import identifiers, months, owed
from gateway.domain.changes import Change, Changed, Sum
from gateway.domain.errors import Refusal
from gateway.domain.rates import Rate, Rates
from gateway.domain.roster import RegistryResult
from gateway.store import changes as rows
from gateway.store import rates
from gateway.store.roster.scope import Roster
from gateway.store.store import Transaction
from gateway.usecases.context import Context
from gateway.usecases.roster.building import opened, person_of

_BY_REGISTRY = {RegistryResult.DECEASED: "deceased", RegistryResult.MOVED: "moved", RegistryResult.UNKNOWN: "unknown"}


@dataclass(frozen=True, slots=True)
class Changes:
    """Regular amounts of the last month and of this one, what lies between them, and what the lists have besides."""

    programme: str
    last: str
    this: str
    before: Sum
    now: Sum
    changed: list[Changed]
    beside: Mapping[str, Sum]
    """Of this month: ``arrears``, ``carry-over``, ``one-off``, ``again``."""

    def sum_of(self, change: Change) -> Sum:
        """People, and by how much the month is more or less for them; never negative."""
        found = [abs(each.difference) for each in self.changed if each.change == change]
        return Sum(len(found), sum(found))

    @property
    def ties(self) -> bool:
        """Last month + increases - decreases = this month, in people and in money."""
        new, more, less, gone = map(self.sum_of, Change)
        people = self.before.people + new.people - gone.people
        amount = self.before.amount + new.amount + more.amount - less.amount - gone.amount
        return (people, amount) == (self.now.people, self.now.amount)


def changes(context: Context, payer: str, programme: str, period: str) -> Changes:
    """Raises ``Refusal`` for a programme or a month that is none."""
    name = identifiers.programme(programme)
    if name is None:
        raise Refusal("programme_invalid")
    if not identifiers.is_month(period):
        raise Refusal("period_invalid", period=period)
    roster, last = Roster(context.payer(payer).code, name), months.before(period, 1)
    with context.store.read() as tx:
        kept = rows.kept(tx, roster, last, period)
        why = _Why(context, tx, roster, last, period)
        return Changes(
            programme=name,
            last=last,
            this=period,
            before=Sum(kept.last_people, kept.before),
            now=Sum(kept.this_people, kept.now),
            changed=[_changed(row, *why.of(row)) for row in rows.changed(tx, roster, last, period)],
            beside=_sums(rows.beside(tx, roster, period)),
        )


def _sums(found: list[Any]) -> dict[str, Sum]:
    return {row.kind: Sum(row.people, row.amount) for row in found}


def _changed(row: Any, why: str, detail: str) -> Changed:
    return Changed(
        change=_kind(row),
        payment_id=row.payment_id,
        payment_ref=row.payment_ref,
        commune_code=row.commune_code,
        personal=bytes(row.personal),
        before=row.before,
        now=row.now,
        why=why,
        detail=detail,
    )


def _kind(row: Any) -> Change:
    if not row.before:
        return Change.NEW
    if not row.now:
        return Change.GONE
    return Change.MORE if row.now > row.before else Change.LESS


class _Why:
    """Why a person's regular amount is not that of the month before: a code, and what it is about."""

    def __init__(self, context: Context, tx: Transaction, roster: Roster, last: str, this: str) -> None:
        self._context, self._tx, self._roster, self._this = context, tx, roster, this
        confirmed = rates.confirmed(tx)
        made = [(month, rows.made_at(tx, roster, month)) for month in (last, this)]
        self._lists = [(month, at, self._law(confirmed, at)) for month, at in made if at]

    def _law(self, confirmed: list[Rate], at: str) -> Rates:
        known = rows.rates_known(self._tx, at)
        day = datetime.fromisoformat(at).astimezone(self._context.clock.now().tzinfo).date()
        return Rates((rate for rate in confirmed if rate.number in known), day)

    def of(self, row: Any) -> tuple[str, str]:
        if not row.before:
            return ("resumed" if row.earlier else "first"), ""
        return self._other(row) if row.now else self._gone(row)

    def _gone(self, row: Any) -> tuple[str, str]:
        if row.registry in _BY_REGISTRY:
            return _BY_REGISTRY[row.registry], ""
        if row.line_id is None:
            return ("elsewhere", row.elsewhere) if row.elsewhere else ("not_in_roster", "")
        line = self._tx.run("SELECT until, bank FROM roster_line WHERE id = :id", id=row.line_id).one()
        if line.until is not None and line.until < self._this:
            return "ended", line.until
        if row.item:
            return "work_items_open", row.item
        return ("not_listed", "") if line.bank else ("account_missing", "")

    def _other(self, row: Any) -> tuple[str, str]:
        found = list(self._reckoned(row))
        if [due.amount for due in found] != [row.before, row.now]:
            return "as_listed", ""
        was, due = found
        if (was.entitlement.group, was.entitlement.times) != (due.entitlement.group, due.entitlement.times):
            return "group", f"{was.entitlement.group} - {due.entitlement.group}"
        if was.entitlement.commune != due.entitlement.commune:
            return "commune", f"{was.entitlement.commune} - {due.entitlement.commune}"
        if (was.base, was.addition) == (due.base, due.addition):
            return "age", ""
        return "rate", f"{was.base} - {due.base}"

    def _reckoned(self, row: Any) -> Iterator[owed.Due]:
        """What was owed by each list, by the roster and the rates of then."""
        for month, at, law in self._lists:
            version = rows.version(self._tx, self._roster, row.person_blind, at)
            if version is not None:
                values = opened(self._tx.vault, version)
                due = owed.entitled(month, person_of(self._context, version, values, [version]), law).due
                if due is not None:
                    yield due
