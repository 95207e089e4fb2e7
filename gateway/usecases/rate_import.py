"""Rates by four eyes: a list of them is a decision, and its rows are law for us once a second person has signed.

What both sign is a digest of the rows that the list adds, so that ``db check`` can hold the table against it. A row
says the same as one that is there: nothing changes. It has the same name as one: it corrects that one from then on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import BinaryIO

from formats import tabular
from gateway.domain.errors import NotFound, Refusal
from gateway.domain.rates import KINDS, Rate, Rates
from gateway.store import blobs, decisions, rates
from gateway.store.store import Transaction
from gateway.store.tables import Decision
from gateway.usecases import rate_rows
from gateway.usecases.context import Context
from gateway.usecases.decide import Act, Params, params_of
from gateway.usecases.rows import RowProblem

SUBJECT = "rates"
"""One list waits at a time."""
SHIPPED = Path(__file__).parents[1] / "templates" / "rates.csv"
"""To begin with: as far as it is known, each row with its source and how sure it is."""


@dataclass(slots=True)
class Plan:
    """What a list comes to."""

    new: list[Rate] = field(default_factory=list)
    """Rows that say something else than what is there, in the order of the list; still without numbers."""
    corrected: int = 0
    """So many of them replace one."""
    unchanged: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    notes: list[RowProblem] = field(default_factory=list)
    """What was left aside and loses nothing, such as a column nobody knows."""


class Import(Act):
    """A list of rates; the document is the list itself."""

    verb = "rate import"
    needs_evidence = True
    own_withdrawal = False
    reads_document = True

    def examine(self, context: Context, tx: Transaction, subject: str, params: Params) -> str:
        return signed(_required(context, tx, params).new)

    def execute(self, context: Context, tx: Transaction, decision: Decision) -> None:
        rates.add(tx, decision.id, _required(context, tx, params_of(decision)).new)


def preview(context: Context, source: BinaryIO, name: str) -> Plan:
    """The plan as it would be now; nothing is written."""
    with context.store.read() as tx:
        return _plan(context, tx, source, name)


def in_force(context: Context, day: date) -> list[Rate]:
    """What counts as the law stands on a day, by programme and subject, the newest first."""
    with context.store.read() as tx:
        counting = Rates(rates.confirmed(tx), day).counting
    newest = sorted(counting, key=lambda rate: (rate.since, rate.in_force, rate.number), reverse=True)
    return sorted(newest, key=lambda rate: (rate.programme, KINDS.index(rate.kind), rate.group, rate.place))


def of_decision(context: Context, reference: str) -> list[Rate]:
    """What a decision has added, or would add now while it waits for its second person."""
    with context.store.read() as tx:
        decision = decisions.find(tx, reference)
        if decision.verb != Import.verb:
            raise NotFound("decision_unknown", decision=reference)
        if decision.state == "proposed":
            return _of_document(context, tx, params_of(decision)).new
        return rates.of_decision(tx, decision.id)


def found(context: Context, number: int) -> tuple[Rate, str, int | None]:
    """A rate, its decision, and the number of the one that corrects it."""
    with context.store.read() as tx:
        known = rates.confirmed(tx)
        named = rates.decided(tx)
    row = next((each for each in known if each.number == number), None)
    if row is None:
        raise NotFound("rate_unknown", rate=number)
    later = (each.number for each in known if each.name == row.name and each.number > number)
    return row, named[number], min(later, default=None)


def signed(rows: Sequence[Rate]) -> str:
    """The rows as both people sign them, a line each."""
    return "\n".join(_line(row) for row in rows)


def _line(row: Rate) -> str:
    ages = (row.age_from, "" if row.age_below is None else row.age_below)
    about = (row.kind, row.programme, row.group, row.place, *ages, row.since, row.until or "")
    return "\x1f".join(map(str, (*about, row.value, row.in_force, row.legal, row.source, row.confidence)))


def _required(context: Context, tx: Transaction, params: Params) -> Plan:
    plan = _of_document(context, tx, params)
    if plan.problems:
        raise Refusal("rate_list_invalid", problems=len(plan.problems))
    if not plan.new:
        raise Refusal("rates_known")
    return plan


def _of_document(context: Context, tx: Transaction, params: Params) -> Plan:
    with closing(context.spool.create()) as spool:
        blobs.copy(tx, params["document"], spool)
        return _plan(context, tx, spool, params["name"])


def _plan(context: Context, tx: Transaction, source: BinaryIO, name: str) -> Plan:
    plan = Plan()
    standing = {rate.name: rate for rate in rates.confirmed(tx)}
    first: dict[tuple[str, ...], int] = {}
    for row, rate in _read(context, plan, source, name):
        other = first.setdefault(rate.name, row)
        if other != row:
            plan.problems.append(RowProblem(row, "", "rate_twice", {"other": other}))
        else:
            _weigh(plan, row, rate, standing.get(rate.name))
    if not first and not plan.problems:
        plan.problems.append(RowProblem(1, "", "empty_file", {}))
    plan.problems.sort(key=lambda problem: problem.row)
    return plan


def _read(context: Context, plan: Plan, source: BinaryIO, name: str) -> Iterator[tuple[int, Rate]]:
    """Rows without a flaw of their own, with their places in the list."""
    source.seek(0)
    for item in tabular.read(source, rate_rows.COLUMNS, name):
        if isinstance(item, tabular.Problem):
            told = RowProblem(item.row, item.field, item.code, item.params)
            (plan.problems if item.blocking else plan.notes).append(told)
            continue
        checked = rate_rows.check(item, context.province)
        if isinstance(checked, list):
            plan.problems += checked
        else:
            yield item.number, checked


def _weigh(plan: Plan, row: int, rate: Rate, before: Rate | None) -> None:
    """Against what has the same name."""
    if before is not None and replace(before, number=0) == rate:
        plan.unchanged += 1
    elif before is None and rate.value == 0:
        plan.problems.append(RowProblem(row, "value", "nothing_to_take_back", {}))
    else:
        plan.new.append(rate)
        plan.corrected += before is not None
