"""S3: the state of a payment as a function of all its evidence, and what does not go together in it."""

from __future__ import annotations

from typing import Any

from gateway.store import resolutions
from gateway.store.matching.words import BOOKED, WORD
from gateway.store.store import Transaction, take


def conclude(tx: Transaction) -> None:
    """S3: the state of every touched payment as a function of all its evidence, into scratch table ``concluded``."""
    tx.run("DROP TABLE IF EXISTS concluded")
    tx.run(
        "CREATE TEMPORARY TABLE concluded AS SELECT p.id AS payment_id, p.partner, p.state AS source,"
        " CASE WHEN b.returns > 0 THEN 'returned' WHEN b.debits > b.reversals THEN 'settled'"
        " WHEN b.reversals > 0 THEN 'sent' WHEN w.rejected_at IS NOT NULL THEN 'rejected'"
        " WHEN w.accepted_at IS NOT NULL THEN 'accepted'"
        " WHEN p.state IN ('settled', 'returned') THEN 'sent' ELSE p.state END AS target,"
        " CASE WHEN b.debits > b.reversals THEN b.debited_at END AS debited_at,"
        " CASE WHEN b.returns > 0 THEN b.return_reason WHEN b.debits IS NULL THEN w.reason END AS reason,"
        " CASE WHEN b.returns > 0 THEN p.amount ELSE 0 END AS returned,"
        " CASE WHEN b.returns > 0 THEN b.charges ELSE 0 END AS charges,"
        " COALESCE(b.debits, 0) AS debits, COALESCE(b.reversals, 0) AS reversals, COALESCE(b.returns, 0) AS returns,"
        " COALESCE(b.undone, 0) AS undone,"
        " w.rejected_at, w.accepted_at"
        f" FROM touched t JOIN payment p ON p.id = t.payment_id LEFT JOIN ({BOOKED}) b ON b.payment_id = p.id"
        f" LEFT JOIN ({WORD}) w ON w.payment_id = p.id"
    )
    tx.run("CREATE INDEX ix_concluded ON concluded (target, source)")


ODD = {
    "second_debit": "c.debits > 1",
    "second_return": "c.returns + c.undone > 1",
    "return_reversed": "c.undone > 0",
    "second_reversal": "c.reversals > 1",
    "booked_and_rejected": "c.debits > 0 AND c.rejected_at IS NOT NULL",
    "contradiction": "c.accepted_at > c.rejected_at",
}
"""What no honest month holds, as conditions over all evidence of a payment: kind of exception -> SQL (S3, S8)."""


def odd(tx: Transaction, file_in_id: int | None) -> list[str]:
    """One exception a payment and kind, until people have ended it and more is booked; returns the new kinds."""
    return [kind for kind, rule in ODD.items() if _raise_for(tx, kind, rule, file_in_id)]


def refused(tx: Transaction, source: str, target: str, file_in_id: int | None) -> None:
    """Conclusions that the table of moves forbids: an exception each, and nothing of them is written."""
    _raise_for(tx, "evidence_for_unsent", f"c.source = '{source}' AND c.target = '{target}'", file_in_id)
    tx.run("DELETE FROM concluded WHERE source = :was AND target = :goal", was=source, goal=target)


def _raise_for(tx: Transaction, kind: str, rule: str, file_in_id: int | None) -> int:
    selection = (
        f"FROM concluded c JOIN payment p ON p.id = c.payment_id WHERE {rule} AND NOT EXISTS ({resolutions.told(kind)})"
    )
    count: int = tx.value(f"SELECT count(*) {selection}", kind=kind)
    if count:
        tx.run(
            "INSERT INTO exception (id, kind, partner, file_in_id, payment_id, amount, currency, params, state,"
            " opened_at) SELECT :first - 1 + row_number() OVER (ORDER BY p.id), CAST(:kind AS VARCHAR), p.partner,"
            f" CAST(:file AS BIGINT), p.id, p.amount, p.currency, '{{}}', 'open', :now {selection}",
            first=take(tx, "exception", count).start,
            kind=kind,
            file=file_in_id,
            now=tx.now(),
        )
    return count


def changes(tx: Transaction) -> list[Any]:
    """(source, target, payments) of the conclusions that differ from the present state."""
    return tx.rows(
        "SELECT source, target, count(*) AS payments FROM concluded WHERE source <> target GROUP BY source, target"
        " ORDER BY source, target"
    )


def causes(tx: Transaction) -> list[Any]:
    """(state, reason, payments) of the payments that come back or are refused by these conclusions."""
    return tx.rows(
        "SELECT target AS state, reason, count(*) AS payments FROM concluded WHERE target IN ('rejected', 'returned')"
        " AND source <> target AND reason IS NOT NULL GROUP BY target, reason ORDER BY target, reason"
    )


CHANGING = "t.id IN (SELECT payment_id FROM concluded WHERE source = :was AND target = :goal)"
"""Selection for ``moves.move_payments``."""
