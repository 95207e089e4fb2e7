"""Which files and payments of ours a received file speaks of, and those it names in vain."""

from __future__ import annotations

from typing import Any

from gateway.store.store import Transaction


def answered_files(tx: Transaction, file_in_id: int) -> list[Any]:
    """(file_id, message_id, state, status, duplicate_class) for each of our messages that a status report names."""
    return tx.rows(
        "SELECT n.original_message_id AS message_id, f.id AS file_id, f.state,"
        " max(CASE WHEN n.level = 'group' THEN n.status END) AS status,"
        " max(CASE WHEN n.duplicate_class THEN 1 ELSE 0 END) AS duplicate_class"
        " FROM status_report r JOIN status_line n ON n.report_id = r.id"
        " LEFT JOIN file_out f ON f.message_id = n.original_message_id AND f.partner = r.partner"
        " WHERE r.file_in_id = :file GROUP BY n.original_message_id, f.id, f.state ORDER BY n.original_message_id",
        file=file_in_id,
    )


_OF_ENTRIES = "FROM statement s CROSS JOIN entry e"
_ENTRIES = "s.file_in_id = :file AND e.statement_id = s.id"
_TOLD = (
    "SELECT n.original_message_id AS message, n.original_block_id AS block, n.end_to_end_id AS payment,"
    " CAST(NULL AS TEXT) AS instruction FROM status_report r CROSS JOIN status_line n"
    " WHERE r.file_in_id = :file AND n.report_id = r.id"
    f" UNION ALL SELECT e.message_id, e.payment_information_id, NULL, NULL {_OF_ENTRIES}"
    f"  WHERE {_ENTRIES} AND COALESCE(e.message_id, e.payment_information_id) IS NOT NULL"
    " UNION ALL SELECT d.message_id, d.payment_information_id, d.end_to_end_id, d.instruction_id"
    f"  {_OF_ENTRIES} CROSS JOIN detail d WHERE {_ENTRIES} AND d.entry_id = e.id"
)
"""Every id that a received file names, by what it says it is."""

_OWNERS = {
    "message": "file_out o WHERE o.message_id = {id}",
    "block": "file_out o WHERE o.payment_information_id = {id}",
    "payment": "payment o WHERE o.end_to_end_id = {id}",
    "instruction": "payment o WHERE o.end_to_end_id = 'E' || substr({id}, 2)",
}


def _unowned(kind: str, of: str) -> str:
    """The id is made by us as that of such a thing, and we do not have one."""
    return f"{of} LIKE :{kind} AND NOT EXISTS (SELECT 1 FROM {_OWNERS[kind].format(id=of)})"


def _forgotten(kind: str) -> str:
    """In the place of such an id: first as what it should be, in one sweep; then what stands there and is another."""
    others = " OR ".join(f"({_unowned(other, 'q.id')})" for other in _OWNERS if other != kind)
    return (
        f"SELECT t.{kind} AS id FROM told t WHERE {_unowned(kind, f't.{kind}')}"
        f" UNION SELECT q.id FROM (SELECT DISTINCT t.{kind} AS id FROM told t"
        f"  WHERE t.{kind} LIKE :ours AND t.{kind} NOT LIKE :{kind}) q WHERE {others}"
    )


_FORGOTTEN = " UNION ".join(map(_forgotten, _OWNERS))


def forgotten(tx: Transaction, file_in_id: int, of_instance: str) -> list[str]:
    """Identifiers made by this installation that it does not know (any more), in a received file."""
    rows = tx.rows(
        f"WITH told AS MATERIALIZED ({_TOLD}) SELECT f.id FROM ({_FORGOTTEN}) f ORDER BY f.id",
        file=file_in_id,
        ours=f"_{of_instance}%",
        message=f"M{of_instance}%",
        block=f"B{of_instance}%",
        payment=f"E{of_instance}%",
        instruction=f"I{of_instance}%",
    )
    return [row.id for row in rows]


_STATUSES = (
    *("RCVD", "ACTC", "ACCP", "ACSP", "ACSC", "ACCC", "ACWC", "ACWP"),
    *("PDNG", "PART", "PATC", "RJCT", "CANC"),
)
"""Codes of the standard; formats notes, "Statuses"."""
_STATUS_CHARS_MAX = 10


def unknown_statuses(tx: Transaction, file_in_id: int) -> list[Any]:
    """(status, lines) for each code that the standard does not have; it decides nothing."""
    known = ", ".join(repr(each) for each in _STATUSES)
    return tx.rows(
        f"SELECT substr(n.status, 1, {_STATUS_CHARS_MAX}) AS status, count(*) AS lines FROM status_report r"
        " JOIN status_line n ON n.report_id = r.id WHERE r.file_in_id = :file"
        f" AND n.status NOT IN ({known}) GROUP BY 1 ORDER BY 1",
        file=file_in_id,
    )


def unknown_transfers(tx: Transaction, file_in_id: int) -> list[Any]:
    """Transfer statuses that name no payment of ours at this partner."""
    return tx.rows(
        "SELECT n.id, r.partner FROM status_report r JOIN status_line n ON n.report_id = r.id"
        " LEFT JOIN payment p ON p.end_to_end_id = n.end_to_end_id AND p.partner = r.partner"
        " WHERE r.file_in_id = :file AND n.level = 'transfer' AND p.id IS NULL",
        file=file_in_id,
    )


def booked_files(tx: Transaction) -> list[Any]:
    """Unanswered files of ours of which a touched payment is booked."""
    return tx.rows(
        "SELECT DISTINCT f.id, f.message_id FROM touched t CROSS JOIN payment_file l CROSS JOIN file_out f"
        " CROSS JOIN allocation a WHERE l.payment_id = t.payment_id AND l.live AND f.id = l.file_id"
        " AND f.state IN ('releasing', 'unknown', 'sent') AND a.payment_id = t.payment_id"
    )
