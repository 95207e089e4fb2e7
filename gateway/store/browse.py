"""What people look at: payments, statements, exceptions, people; read only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.domain.errors import NotFound
from gateway.store.resolutions import URGENCY
from gateway.store.store import Transaction

_PAYMENTS = (
    "SELECT p.id, p.end_to_end_id, p.payment_ref, p.batch_id AS batch, p.line, p.programme, p.benefit_month, p.kind,"
    " p.commune_code, p.bank, p.uetr, p.state, p.amount, p.currency, p.partner, p.reason AS return_reason,"
    " p.returned_amount, p.debited_at, p.return_window_until, p.personal, f.message_id AS file, f.state AS file_state"
    " FROM payment p JOIN batch b ON b.id = p.batch_id LEFT JOIN file_out f ON f.id ="
    " (SELECT max(l.file_id) FROM payment_file l WHERE l.payment_id = p.id)"
)
_FILES = (
    "SELECT f.* FROM ("
    " SELECT message_id AS file, 'out' AS direction, partner, message, name, sha256, state, created_at AS at,"
    "   (SELECT count(*) FROM attempt a WHERE a.file_id = o.id) AS attempts FROM file_out o"
    " UNION ALL"
    " SELECT reference, 'in', partner, message, name, sha256, state, received_at, 0 FROM file_in) f"
)
_STATEMENTS = "SELECT s.*, f.reference AS file FROM statement s JOIN file_in f ON f.id = s.file_in_id"
_EXCEPTIONS = (
    f"SELECT x.*, {URGENCY} AS urgency, i.reference AS file_in, o.message_id AS file_out, p.end_to_end_id,"
    " COALESCE(d.end_to_end_id, '') AS quoted_end_to_end_id, e.ordinal AS entry, e.booking_date"
    " FROM exception x LEFT JOIN file_in i ON i.id = x.file_in_id LEFT JOIN file_out o ON o.id = x.file_out_id"
    " LEFT JOIN payment p ON p.id = x.payment_id LEFT JOIN entry e ON e.id = x.entry_id"
    " LEFT JOIN detail d ON d.id = x.detail_id"
)
_EXCEPTION_REASON = (
    "SELECT y.code, y.state FROM (SELECT COALESCE(d.return_reason, p.reason, (SELECT n.reason FROM status_report r"
    "   JOIN status_line n ON n.report_id = r.id WHERE r.file_in_id = x.file_in_id AND n.duplicate_class"
    "   AND n.reason IS NOT NULL AND x.kind = 'duplicate_rejection' ORDER BY n.id LIMIT 1)) AS code,"
    " CASE WHEN d.return_reason IS NULL THEN p.state ELSE 'returned' END AS state FROM exception x"
    " LEFT JOIN detail d ON d.id = x.detail_id LEFT JOIN payment p ON p.id = x.payment_id WHERE x.id = :n) y"
    " WHERE y.code IS NOT NULL"
)
_TIES = {"ties": "s.ties = :yes", "differs": "s.ties = :no", "open": "s.ties IS NULL"}


def payments(tx: Transaction, limit: int, **given: str | None) -> list[Any]:
    """Newest batch first, each in the order of its list; ``state``, ``partner``, ``batch``, ``since`` narrow."""
    conditions = {
        "state": "p.state = :state",
        "partner": "p.partner = :partner",
        "batch": "p.batch_id = :batch",
        "since": "b.created_at >= :since",
    }
    where, params = _narrowed(conditions, given)
    return tx.rows(
        f"{_PAYMENTS}{where} ORDER BY b.created_at DESC, b.id DESC, p.line LIMIT :limit", limit=limit, **params
    )


def payment(tx: Transaction, end_to_end_id: str) -> Any:
    row = tx.run(f"{_PAYMENTS} WHERE p.end_to_end_id = :e", e=end_to_end_id).one_or_none()
    if row is None:
        raise NotFound("payment_unknown", payment=end_to_end_id)
    return row


_ANSWER = "SELECT r.created_at AS at, n.level, n.status, n.reason, i.reference AS file FROM"
_OF_ITS_FILE = (
    f"{_ANSWER} payment_file l CROSS JOIN file_out f CROSS JOIN status_line n CROSS JOIN status_report r"
    " CROSS JOIN file_in i WHERE l.payment_id = :payment AND f.id = l.file_id AND r.id = n.report_id"
    " AND r.partner = f.partner AND i.id = r.file_in_id"
)
"""A chain from one payment, so that a database without statistics does not begin with the history of all statuses."""

_ANSWERS = (
    f"{_ANSWER} status_line n CROSS JOIN status_report r CROSS JOIN file_in i WHERE n.level = 'transfer'"
    " AND n.end_to_end_id = :end_to_end AND r.id = n.report_id AND r.partner = :partner AND i.id = r.file_in_id"
    f" UNION ALL {_OF_ITS_FILE} AND n.level = 'block' AND n.original_block_id = f.payment_information_id"
    f" UNION ALL {_OF_ITS_FILE} AND n.level = 'group' AND n.original_message_id = f.message_id"
    " ORDER BY at, file, level"
)


def answers(tx: Transaction, payment: Any) -> list[Any]:
    """Every status that the partner gave to a row of ``payment``, or to its block or file, by the time inside."""
    given = {"payment": payment.id, "end_to_end": payment.end_to_end_id, "partner": payment.partner}
    return tx.rows(_ANSWERS, **given)


def files(tx: Transaction, limit: int, **given: str | None) -> list[Any]:
    """Files out and in together, newest first; ``state``, ``direction``, ``partner``, ``since`` narrow."""
    conditions = {
        "state": "f.state = :state",
        "direction": "f.direction = :direction",
        "partner": "f.partner = :partner",
        "since": "f.at >= :since",
    }
    where, params = _narrowed(conditions, given)
    return tx.rows(f"{_FILES}{where} ORDER BY f.at DESC, f.file DESC LIMIT :limit", limit=limit, **params)


def history(tx: Transaction, kind: str, subject: str) -> list[Any]:
    """Every move of one payment, file or batch, oldest first."""
    return tx.rows(
        "SELECT at, source, target, evidence FROM history WHERE kind = :k AND subject = :s ORDER BY id",
        k=kind,
        s=subject,
    )


def findings(tx: Transaction, file_in_id: int) -> list[Any]:
    return tx.rows("SELECT path, rule, message FROM finding WHERE file_in_id = :f ORDER BY id", f=file_in_id)


def statements(tx: Transaction, limit: int, state: str | None = None, **given: str | int | None) -> list[Any]:
    """Newest first; ``since`` (a day), ``partner``, ``file_in`` narrow; ``state`` is ties, differs or open."""
    conditions = {
        "since": "s.to_date >= :since",
        "partner": "s.partner = :partner",
        "file_in": "s.file_in_id = :file_in",
    }
    where, params = _narrowed(conditions, given)
    if state is not None:
        where += f"{' AND' if where else ' WHERE'} {_TIES[state]}"
        params |= {"yes": True} if state == "ties" else {"no": False} if state == "differs" else {}
    return tx.rows(f"{_STATEMENTS}{where} ORDER BY s.id DESC LIMIT :limit", limit=limit, **params)


def statement(tx: Transaction, number: int) -> Any:
    row = tx.run(f"{_STATEMENTS} WHERE s.id = :n", n=number).one_or_none()
    if row is None:
        raise NotFound("statement_unknown", statement=number)
    return row


def balances(tx: Transaction, statement_id: int) -> list[Any]:
    return tx.rows(
        "SELECT kind, amount, currency, date FROM balance WHERE statement_id = :s ORDER BY ordinal", s=statement_id
    )


def entries(tx: Transaction, statement_id: int, limit: int) -> list[Any]:
    """Entries in the order of the statement, each with how many details it has; no personal data."""
    return tx.rows(
        "SELECT e.ordinal, e.amount, e.currency, e.status, e.reversal, e.booking_date, e.value_date, e.reference,"
        " e.servicer_reference, e.bank_code, e.message_id, e.problems, e.disposition, e.reason,"
        " (SELECT count(*) FROM detail d WHERE d.entry_id = e.id) AS details"
        " FROM entry e WHERE e.statement_id = :s ORDER BY e.ordinal LIMIT :limit",
        s=statement_id,
        limit=limit,
    )


def exceptions(tx: Transaction, limit: int, **given: str | int | None) -> list[Any]:
    """The most urgent, then the oldest first; narrowed by ``state``, ``kind``, ``partner``, ``owner`` and so on."""
    conditions = {
        "state": "x.state = :state",
        "kind": "x.kind = :kind",
        "partner": "x.partner = :partner",
        "owner": "x.owner = :owner",
        "since": "x.opened_at >= :since",
        "file_in": "x.file_in_id = :file_in",
    }
    where, params = _narrowed(conditions, given)
    return tx.rows(f"{_EXCEPTIONS}{where} ORDER BY urgency, x.opened_at, x.id LIMIT :limit", limit=limit, **params)


def exception_reason(tx: Transaction, number: int) -> Any:
    """(code, state) of the entry, payment or duplicate-class answer that an exception is about, or None."""
    return tx.run(_EXCEPTION_REASON, n=number).one_or_none()


def exception(tx: Transaction, number: int) -> Any:
    row = tx.run(f"{_EXCEPTIONS} WHERE x.id = :n", n=number).one_or_none()
    if row is None:
        raise NotFound("exception_unknown", exception=number)
    return row


def operators(tx: Transaction) -> list[Any]:
    return tx.rows("SELECT name, roles, key_id, public_key, enrolled_at, revoked_at FROM operator ORDER BY name")


def frozen_partners(tx: Transaction) -> dict[str, str]:
    """Partner -> why nothing is sent to it."""
    rows = tx.rows("SELECT subject, code FROM stop WHERE scope = 'partner' AND lifted_at IS NULL ORDER BY id DESC")
    return {row.subject: row.code for row in rows}


def _narrowed(conditions: Mapping[str, str], given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The WHERE clause of what was asked for, and its parameters."""
    params = {name: value for name, value in given.items() if value is not None}
    chosen = " AND ".join(conditions[name] for name in params)
    return (f" WHERE {chosen}" if chosen else ""), params
