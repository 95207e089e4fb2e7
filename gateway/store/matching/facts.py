"""What follows from conclusions: dates, amounts, keys and windows of payments, and what is open again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.store import bulk
from gateway.store.moves import Beside
from gateway.store.store import Transaction

_WINDOWS = "concluded c LEFT JOIN return_window w ON w.partner = c.partner AND w.debited_at = c.debited_at"

FACTS = Beside(
    columns=(
        "debited_at = c.debited_at, returned_amount = c.returned, return_charges = c.charges, reason = c.reason,"
        " return_window_until = w.until"
    ),
    source=_WINDOWS,
    link="c.payment_id = t.id",
)
"""Booking date, returned amount and reason of a concluded payment, and until when its money may come back."""


def write_facts(tx: Transaction) -> None:
    """The facts of concluded payments that stay in their state, where they are new; a full return frees the benefit
    key.

    One less charges does not: the benefit has cost something already, and who pays the rest is for people (M10). A
    rejection alone does not: it is proven only by a complete chain of statements without the debit (M10).
    """
    tx.run(
        f"UPDATE payment AS t SET {FACTS.columns} FROM {FACTS.source} WHERE {FACTS.link} AND c.source = c.target"
        " AND (COALESCE(t.debited_at, '') <> COALESCE(c.debited_at, '') OR t.returned_amount <> c.returned"
        " OR t.return_charges <> c.charges OR COALESCE(t.reason, '') <> COALESCE(c.reason, '')"
        " OR COALESCE(t.return_window_until, '') <> COALESCE(w.until, ''))"
    )
    tx.run(
        "UPDATE payment SET holds_key = :no WHERE holds_key AND id IN"
        " (SELECT payment_id FROM concluded WHERE target = 'returned' AND charges = 0)",
        no=False,
    )


def debit_days(tx: Transaction) -> list[Any]:
    """(partner, booking date) of concluded payments, to give each its return window."""
    return tx.rows("SELECT DISTINCT partner, debited_at FROM concluded WHERE debited_at IS NOT NULL")


def open_windows(tx: Transaction, until: Mapping[tuple[str, str], str]) -> None:
    """By (partner, booking date), until when the money may come back: scratch table ``return_window``."""
    tx.run("DROP TABLE IF EXISTS return_window")
    tx.run("CREATE TEMPORARY TABLE return_window (partner TEXT, debited_at TEXT, until TEXT)")
    rows = ((partner, day, end) for (partner, day), end in until.items())
    bulk.insert(tx, "return_window", ("partner", "debited_at", "until"), rows)


def reopened_batches(tx: Transaction) -> list[str]:
    """Closed batches of which a payment changes after all."""
    rows = tx.rows(
        "SELECT DISTINCT b.id FROM concluded c JOIN payment p ON p.id = c.payment_id JOIN batch b ON b.id = p.batch_id"
        " WHERE c.source <> c.target AND b.state = 'closed' ORDER BY b.id"
    )
    return [row.id for row in rows]


def reopened_files(tx: Transaction) -> list[int]:
    """Closed files of which a payment is open again."""
    rows = tx.rows(
        "SELECT DISTINCT f.id FROM concluded c JOIN payment_file l ON l.payment_id = c.payment_id AND l.live"
        " JOIN file_out f ON f.id = l.file_id WHERE c.target = 'sent' AND f.state = 'closed' ORDER BY f.id"
    )
    return [row.id for row in rows]
