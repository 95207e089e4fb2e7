"""Queries of exceptions that end: who looks after them, how they ended, and what that means for their entries."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import select

from gateway.domain.deadlines import HOURS
from gateway.domain.errors import Busy, NotFound
from gateway.domain.resolutions import HANDLING, Urgency
from gateway.store.store import Transaction, take
from gateway.store.tables import Detail, Entry, ExceptionItem, Payment, Resolution


def _case(value: dict[Urgency, str]) -> str:
    """An SQL expression over ``x.kind``; a kind that the table lacks counts as an alarm."""
    named = {level: [kind for kind, each in HANDLING.items() if each.urgency == level] for level in Urgency}
    whens = "".join(
        f" WHEN x.kind IN ({', '.join(repr(kind) for kind in sorted(kinds))}) THEN {value[level]}"
        for level, kinds in named.items()
        if level != Urgency.ALARM
    )
    return f"CASE{whens} ELSE {value[Urgency.ALARM]} END"


URGENCY = _case({level: str(level.value) for level in Urgency})
"""How urgent the exception ``x`` is: 1 comes first."""

_OPENED_BEFORE = _case({level: f":{level.name.lower()}" for level in Urgency})

OVERDUE = f"x.state = 'open' AND x.opened_at < {_OPENED_BEFORE}"
"""Whether the exception ``x`` should have ended by now; with ``overdue_limits``."""


def overdue_limits(tx: Transaction) -> dict[str, str]:
    """What was opened before these moments is overdue, by urgency."""
    now = datetime.fromisoformat(tx.now())
    return {
        level.name.lower(): (now - timedelta(hours=hours)).isoformat(timespec="microseconds")
        for level, hours in HOURS.items()
    }


def overdue(tx: Transaction) -> list[Any]:
    """(kind, how many) of the open exceptions whose time is over."""
    sql = f"SELECT x.kind, count(*) AS n FROM exception x WHERE {OVERDUE} GROUP BY x.kind ORDER BY x.kind"
    return tx.rows(sql, **overdue_limits(tx))


def find(tx: Transaction, number: int) -> ExceptionItem:
    """The exception as it is now, its row locked to the end of a writing transaction."""
    found = tx.session.get(ExceptionItem, number, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("exception_unknown", exception=number)
    return found


def entry_of(tx: Transaction, item: ExceptionItem) -> Entry | None:
    return tx.session.get(Entry, item.entry_id) if item.entry_id is not None else None


def detail_of(tx: Transaction, item: ExceptionItem) -> Detail | None:
    return tx.session.get(Detail, item.detail_id) if item.detail_id is not None else None


def payment_of(tx: Transaction, end_to_end_id: str) -> Payment:
    found = tx.session.exec(select(Payment).where(Payment.end_to_end_id == end_to_end_id)).first()
    if found is None:
        raise NotFound("payment_unknown", payment=end_to_end_id)
    return found


def add(tx: Transaction, ending: Resolution) -> None:
    """End an exception; raises ``Busy`` when another one has ended it meanwhile (fence)."""
    ending.last_allocation = int(tx.value("SELECT COALESCE(max(id), 0) FROM allocation"))
    tx.session.add(ending)
    tx.session.flush()
    ended = tx.run(
        "UPDATE exception SET state = 'resolved' WHERE id = :id AND state = 'open'", id=ending.exception_id
    ).rowcount
    if ended != 1:
        raise Busy("moved_by_another", subject=f"exception {ending.exception_id}")


def of_exception(tx: Transaction, number: int) -> Any | None:
    """How it ended, with the reference of the decision and the payment that came back."""
    return tx.run(
        "SELECT r.*, d.reference AS decision, p.end_to_end_id AS payment FROM resolution r LEFT JOIN decision d"
        " ON d.id = r.decision_id LEFT JOIN payment p ON p.id = r.payment_id WHERE r.exception_id = :n",
        n=number,
    ).one_or_none()


_NEWS = {
    "second_debit": "'debit'",
    "booked_and_rejected": "'debit'",
    "second_return": "'return', 'return_reversal'",
    "return_reversed": "'return_reversal'",
    "second_reversal": "'reversal'",
}
"""Kinds of exception of a payment -> kinds of booking that are news, although people have ended it."""


def told(kind: str) -> str:
    """An SQL query: exceptions of ``:kind`` that tell of the payment ``p`` as it is now (M1: a third debit is news)."""
    sql = "SELECT 1 FROM exception x WHERE x.kind = :kind AND x.payment_id = p.id"
    if kind not in _NEWS:
        return sql
    return (
        f"{sql} AND NOT EXISTS (SELECT 1 FROM resolution r JOIN allocation a ON a.payment_id = p.id"
        f" WHERE r.exception_id = x.id AND a.id > r.last_allocation AND a.kind IN ({_NEWS[kind]}))"
    )


def heal(tx: Transaction, condition: str, **params: Any) -> None:
    """End every open exception of a condition over its columns, since the evidence says that it is over."""
    tx.run(
        f"UPDATE exception SET state = 'resolved', healed_at = :now WHERE state = 'open' AND {condition}",
        now=tx.now(),
        **params,
    )


def dispose(tx: Transaction, entry_id: int) -> None:
    """S6: an entry without an open exception is allocated, or ignored since people have explained it."""
    tx.run(
        "UPDATE entry SET reason = 'explained', disposition = CASE WHEN EXISTS"
        " (SELECT 1 FROM allocation a WHERE a.entry_id = entry.id) THEN 'allocated' ELSE 'ignored' END"
        " WHERE id = :id AND disposition = 'exception'"
        " AND NOT EXISTS (SELECT 1 FROM exception x WHERE x.entry_id = entry.id AND x.state = 'open')",
        id=entry_id,
    )


def allocate_return(tx: Transaction, detail: Detail, payment: Payment) -> None:
    """S5: the whole detail is the return of this payment."""
    tx.run(
        "INSERT INTO allocation (id, detail_id, entry_id, payment_id, kind, by, amount, charges, currency, booked_on,"
        " made_at) SELECT :id, d.id, e.id, p.id, 'return', 'person', d.amount, 0, d.currency,"
        " COALESCE(e.booking_date, e.value_date, s.to_date, substr(s.created_at, 1, 10), CAST(:today AS VARCHAR)),"
        " CAST(:now AS VARCHAR)"
        " FROM detail d JOIN entry e ON e.id = d.entry_id JOIN statement s ON s.id = e.statement_id"
        " JOIN payment p ON p.id = :payment AND p.amount = d.amount AND p.currency = d.currency"
        " WHERE d.id = :detail",
        id=take(tx, "allocation").start,
        detail=detail.id,
        payment=payment.id,
        now=tx.now(),
        today=tx.now()[:10],
    )


def touch(tx: Transaction, payment_id: int) -> None:
    """The scratch table ``touched`` of ``matching`` holds this payment alone."""
    tx.run("DROP TABLE IF EXISTS touched")
    tx.run("CREATE TEMPORARY TABLE touched (payment_id BIGINT PRIMARY KEY)")
    tx.run("INSERT INTO touched VALUES (:id)", id=payment_id)


_OVER = {
    "file_unknown": "EXISTS (SELECT 1 FROM file_out f WHERE f.id = exception.file_out_id AND f.state <> 'unknown')",
    "overdue": "EXISTS (SELECT 1 FROM file_out f WHERE f.id = exception.file_out_id AND f.state <> 'sent')",
    "file_unanswered": "EXISTS (SELECT 1 FROM file_out f WHERE f.id = exception.file_out_id AND f.state <> 'sent')",
    "no_final_answer": "EXISTS (SELECT 1 FROM payment p WHERE p.id = exception.payment_id"
    " AND p.state NOT IN ('sent', 'accepted'))",
    "registry_held": "EXISTS (SELECT 1 FROM payment p WHERE p.id = exception.payment_id AND p.state <> 'held')",
}
"""Kinds that wait for something -> when it has come."""

LASTING = frozenset({"file_unknown", "no_final_answer", "registry_held"})
"""Of these, the kinds that nobody may end before (M2: money is looked for in this queue), and that may come again."""


def end_what_is_over(tx: Transaction) -> None:
    """What was waited for has come: the exception ends by itself."""
    for kind, condition in _OVER.items():
        heal(tx, f"kind = :kind AND {condition}", kind=kind)


def lasts(tx: Transaction, item: ExceptionItem) -> bool:
    """Whether what it waits for has not come, and nobody may end it before."""
    if item.kind not in LASTING:
        return False
    sql = f"SELECT 1 FROM exception WHERE id = :id AND NOT {_OVER[item.kind]}"
    return tx.value(sql, id=item.id) is not None
