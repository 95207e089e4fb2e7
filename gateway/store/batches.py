"""Queries of batches and their rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from gateway.domain import merkle
from gateway.domain.approvals import Missing, Required
from gateway.domain.approvals import missing as approvals_missing
from gateway.domain.errors import NotFound
from gateway.store import bulk
from gateway.store.store import Transaction, take
from gateway.store.tables import Approval, Batch, Operator, Payment, Requirement

PAYMENT_COLUMNS = tuple(column.name for column in Payment.__table__.columns)  # type: ignore[attr-defined]


FLAWED_COLUMNS = ("line", "payment_ref", "person_blind", "benefit_month", "kind")
_ALL_ROWS = " UNION ALL ".join(f"SELECT {', '.join(FLAWED_COLUMNS)} FROM {table}" for table in ("incoming", "flawed"))


def find(tx: Transaction, batch_id: str) -> Batch:
    batch = tx.session.get(Batch, batch_id)
    if batch is None:
        raise NotFound("batch_unknown", batch=batch_id)
    return batch


def payment(tx: Transaction, end_to_end_id: str) -> Payment:
    found = tx.session.exec(select(Payment).where(Payment.end_to_end_id == end_to_end_id)).first()
    if found is None:
        raise NotFound("payment_unknown", payment=end_to_end_id)
    return found


def claim(tx: Transaction, batch_id: str) -> Batch:
    """The batch, its row locked to the end of the transaction, so that acts on one batch come one after another."""
    find(tx, batch_id)
    return tx.session.get_one(Batch, batch_id, with_for_update=True, populate_existing=True)


def listing(tx: Transaction, state: str | None, since: str | None, limit: int) -> list[Any]:
    return tx.rows(
        "SELECT id, payer, programme, period, state, payments, amount, currency, created_at FROM batch"
        " WHERE (CAST(:state AS TEXT) IS NULL OR state = :state)"
        " AND (CAST(:since AS TEXT) IS NULL OR created_at >= :since)"
        " ORDER BY created_at DESC, id DESC LIMIT :limit",
        state=state,
        since=since,
        limit=limit,
    )


def open_ones(tx: Transaction) -> list[str]:
    """Batches of which something may still be sent."""
    rows = tx.rows(
        "SELECT b.id FROM batch b WHERE b.state IN ('ready', 'submitted', 'approved', 'sending') ORDER BY b.id"
    )
    return [row.id for row in rows]


def operator(tx: Transaction, name: str) -> Operator:
    found = tx.session.get(Operator, name)
    if found is None:
        raise NotFound("operator_unknown", operator=name)
    return found


def signed_by(tx: Transaction, name: str) -> list[str]:
    """Batches that somebody approved and that are not closed."""
    rows = tx.rows(
        "SELECT a.batch_id FROM approval a JOIN batch b ON b.id = a.batch_id WHERE a.approver = :name"
        " AND b.state IN ('submitted', 'approved', 'sending', 'closing') ORDER BY a.batch_id",
        name=name,
    )
    return [row.batch_id for row in rows]


def hold_operators(tx: Transaction) -> None:
    """Nobody else changes people until this transaction has ended."""
    lock = " FOR UPDATE" if tx.dialect.name == "postgresql" else ""
    tx.rows(f"SELECT name FROM operator ORDER BY name{lock}")


def open_incoming(tx: Transaction) -> None:
    """A scratch table shaped like ``payment`` for the rows of one import; gone with the connection."""
    tx.run("DROP TABLE IF EXISTS incoming")
    tx.run("CREATE TEMPORARY TABLE incoming AS SELECT * FROM payment WHERE 1 = 0")
    tx.run("DROP TABLE IF EXISTS flawed")
    tx.run(f"CREATE TEMPORARY TABLE flawed AS SELECT {', '.join(FLAWED_COLUMNS)} FROM payment WHERE 1 = 0")


def add_incoming(tx: Transaction, rows: Iterable[Sequence[Any]]) -> None:
    bulk.insert(tx, "incoming", PAYMENT_COLUMNS, rows)
    tx.run("CREATE INDEX ix_incoming_ref ON incoming (payment_ref)")
    tx.run("CREATE INDEX ix_incoming_person ON incoming (person_blind, benefit_month)")


def add_flawed(tx: Transaction, rows: Iterable[Sequence[Any]]) -> None:
    """What tells rows apart, of those that have problems of their own: they may be duplicates besides."""
    bulk.insert(tx, "flawed", FLAWED_COLUMNS, rows)


def rows_digest(tx: Transaction) -> bytes:
    """Import identity: SHA-256 over reference and content blind of every row, sorted by reference."""
    sha256 = hashlib.sha256()
    for row in tx.stream(
        f"SELECT payment_ref, content_blind FROM incoming ORDER BY payment_ref {tx.dialect.binary_order}"
    ):
        sha256.update(row.payment_ref.encode() + b"\x1f" + bytes(row.content_blind))
    return sha256.digest()


def same_rows(tx: Transaction, payer: str, programme: str, rows_sha256: bytes) -> Batch | None:
    """The living batch with exactly these rows."""
    batch_id = tx.value(
        "SELECT id FROM batch WHERE payer = :payer AND programme = :programme AND rows_sha256 = :rows"
        " AND state NOT IN ('invalid', 'rejected', 'cancelled')",
        payer=payer,
        programme=programme,
        rows=rows_sha256,
    )
    return tx.session.get(Batch, batch_id) if batch_id else None


def same_rows_elsewhere(tx: Transaction, payer: str, rows_sha256: bytes) -> dict[str, str]:
    """The living batch with exactly these rows under another programme: nobody means that."""
    row = tx.run(
        "SELECT id, programme FROM batch WHERE payer = :payer AND rows_sha256 = :rows"
        " AND state NOT IN ('invalid', 'rejected', 'cancelled')",
        payer=payer,
        rows=rows_sha256,
    ).first()
    return {"batch": row.id, "programme": row.programme} if row else {}


def predecessor(tx: Transaction, payer: str, programme: str, period: str) -> str | None:
    """The latest invalid, rejected or cancelled batch of the same list that nothing corrects yet."""
    found: str | None = tx.value(
        "SELECT id FROM batch b WHERE payer = :payer AND programme = :programme AND period = :period"
        " AND state IN ('invalid', 'rejected', 'cancelled')"
        " AND NOT EXISTS (SELECT 1 FROM batch s WHERE s.predecessor = b.id) ORDER BY created_at DESC LIMIT 1",
        payer=payer,
        programme=programme,
        period=period,
    )
    return found


_OCCUPIED = (
    "incoming i JOIN payment p ON p.programme = i.programme AND p.person_blind = i.person_blind"
    " AND p.benefit_month = i.benefit_month AND p.holds_key AND p.id NOT IN"
    " (SELECT z.predecessor_id FROM incoming z WHERE z.predecessor_id IS NOT NULL)"
)
"""Rows beside the payments that occupy their benefit, whoever pays; a successor takes its predecessor's place."""

_SUMS = (
    "SELECT q.line, CAST(sum(q.amount) AS BIGINT) AS total, count(*) AS lines FROM ("
    " SELECT i.line, o.amount FROM incoming i JOIN incoming o ON o.person_blind = i.person_blind"
    "  AND o.benefit_month = i.benefit_month WHERE i.kind = 'arrears'"
    f" UNION ALL SELECT i.line, p.amount FROM {_OCCUPIED} WHERE i.kind = 'arrears') q GROUP BY q.line"
)
"""For each row of arrears: how much this list and known payments give the person for the month, and in how many lines.
"""

_CLASHES = {
    "duplicate_payment_ref": (
        "payment_ref",
        f"SELECT i.line, f.line AS other FROM ({_ALL_ROWS}) i JOIN (SELECT payment_ref, min(line) AS line"
        f" FROM ({_ALL_ROWS}) r WHERE payment_ref <> '' GROUP BY payment_ref HAVING count(*) > 1) f"
        " ON f.payment_ref = i.payment_ref AND f.line <> i.line",
    ),
    "duplicate_benefit": (
        "beneficiary_id",
        f"SELECT i.line, f.line AS other FROM ({_ALL_ROWS}) i JOIN (SELECT person_blind, benefit_month,"
        f" min(line) AS line FROM ({_ALL_ROWS}) r WHERE kind NOT IN ('arrears', '') AND person_blind IS NOT NULL"
        " GROUP BY person_blind, benefit_month HAVING count(*) > 1) f"
        " ON f.person_blind = i.person_blind AND f.benefit_month = i.benefit_month"
        " WHERE i.kind NOT IN ('arrears', '') AND f.line <> i.line",
    ),
    "already_imported": (
        "payment_ref",
        "SELECT i.line, p.batch_id AS other FROM incoming i JOIN payment p ON p.payer = i.payer"
        " AND p.programme = i.programme AND p.payment_ref = i.payment_ref AND p.state <> 'cancelled'"
        " WHERE p.content_blind = i.content_blind",
    ),
    "conflict": (
        "payment_ref",
        "SELECT i.line, p.batch_id AS other FROM incoming i JOIN payment p ON p.payer = i.payer"
        " AND p.programme = i.programme AND p.payment_ref = i.payment_ref AND p.state <> 'cancelled'"
        " WHERE p.content_blind <> i.content_blind",
    ),
    "benefit_already_paid": (
        "beneficiary_id",
        f"SELECT i.line, min(p.batch_id) AS other FROM {_OCCUPIED} WHERE i.kind <> 'arrears'"
        " AND NOT (p.payer = i.payer AND p.payment_ref = i.payment_ref) GROUP BY i.line",
    ),
    "entitled_amount_missing": (
        "entitled_amount",
        f"SELECT i.line, s.total AS other FROM ({_SUMS}) s JOIN incoming i ON i.line = s.line"
        " WHERE s.lines > 1 AND i.entitled_amount IS NULL",
    ),
    "entitled_amount_exceeded": (
        "amount",
        f"SELECT i.line, s.total AS other FROM ({_SUMS}) s JOIN incoming i ON i.line = s.line"
        " WHERE s.lines > 1 AND s.total > i.entitled_amount",
    ),
}
"""Rows that cannot stand beside each other or beside what is known: code -> field, query for (line, other)."""


def clashes(tx: Transaction) -> Iterator[tuple[int, str, str, str | int]]:
    """(row, field, code, the other row or batch) for every row that clashes."""
    for code, (field, sql) in _CLASHES.items():
        for row in tx.rows(f"{sql} ORDER BY i.line"):
            yield row.line, field, code, row.other


def foreign_successors(tx: Transaction) -> list[int]:
    """Rows that name a predecessor of another person, month or amount."""
    rows = tx.rows(
        "SELECT i.line FROM incoming i JOIN payment p ON p.id = i.predecessor_id WHERE i.person_blind <> p.person_blind"
        " OR i.benefit_month <> p.benefit_month OR i.amount <> p.amount OR i.currency <> p.currency ORDER BY i.line"
    )
    return [row.line for row in rows]


def accept_incoming(tx: Transaction) -> int:
    """Make the scratch rows payments."""
    names = ", ".join(PAYMENT_COLUMNS)
    return tx.run(f"INSERT INTO payment ({names}) SELECT {names} FROM incoming ORDER BY id").rowcount


def add_problems(
    tx: Transaction, batch_id: str, problems: Sequence[tuple[int, str, str, Mapping[str, str | int]]]
) -> None:
    first = take(tx, "problem", len(problems)).start
    rows = (
        (first + index, batch_id, row, field, code, json.dumps(params, ensure_ascii=False))
        for index, (row, field, code, params) in enumerate(problems)
    )
    bulk.insert(tx, "problem", ("id", "batch_id", "row", "field", "code", "params"), rows)


def problems(tx: Transaction, batch_id: str) -> list[Any]:
    return tx.rows('SELECT "row", field, code, params FROM problem WHERE batch_id = :b ORDER BY id', b=batch_id)


def content_digest(tx: Transaction, batch: Batch) -> bytes:
    """M12: SHA-256 over everything that an approval covers, read afresh from the rows."""
    return digest_of(content_head(batch), merkle.root(map(merkle.leaf, content_lines(tx, batch.id))))


def content_head(batch: Batch) -> str:
    """What is approved of the batch itself."""
    return "\x1f".join((batch.id, batch.payer, batch.programme, batch.period, batch.maker, batch.currency))


def content_lines(tx: Transaction, batch_id: str) -> Iterator[bytes]:
    """What is approved of each payment; its UETR keeps the hash of a line from being guessed."""
    return _lines(tx, "payment p WHERE p.batch_id = :key", batch_id)


def file_digest(tx: Transaction, file_id: int) -> bytes:
    """The same over the payments of one file; fixed at allocation, checked again at sealing."""
    payments = "payment_file l JOIN payment p ON p.id = l.payment_id WHERE l.file_id = :key"
    return digest_of("", merkle.root(map(merkle.leaf, _lines(tx, payments, file_id))))


def digest_of(head: str, root: bytes) -> bytes:
    """Over the head and the root of the tree of lines (docs/proof.md)."""
    return hashlib.sha256(f"{head}\n{root.hex()}\n".encode()).digest()


def _lines(tx: Transaction, selection: str, key: str | int) -> Iterator[bytes]:
    for row in tx.stream(
        "SELECT p.payment_ref, p.end_to_end_id, p.uetr, p.partner, p.bank, p.amount, p.currency, p.kind,"
        f" p.benefit_month, p.content_blind FROM {selection} ORDER BY p.payment_ref {tx.dialect.binary_order}",
        key=key,
    ):
        yield "\x1f".join((*map(str, row[:-1]), bytes(row.content_blind).hex())).encode()


def add_approval(tx: Transaction, approval: Approval) -> bool:
    """False when the database refuses it: by the maker, or a second one by the same person (M11)."""
    tx.session.add(approval)
    try:
        tx.session.flush()
    except IntegrityError:
        return False
    return True


def approvals(tx: Transaction, batch_id: str) -> list[tuple[Approval, Operator]]:
    """The approvals of a batch, each with the person as enrolled now."""
    rows = tx.session.exec(select(Approval).where(Approval.batch_id == batch_id)).all()
    return [(row, operator(tx, row.approver)) for row in rows]


def require_people(tx: Transaction, batch_id: str, needed: Required) -> None:
    """Fix who must sign, once for ever."""
    tx.session.add(Requirement(batch_id=batch_id, checkers=needed.checkers, releaser=needed.releaser))
    tx.session.flush()


def stated_requirement(tx: Transaction, batch_id: str) -> Required | None:
    """What was fixed when the batch was submitted; None before, and of batches of older versions."""
    row = tx.session.get(Requirement, batch_id)
    return Required(row.checkers, row.releaser) if row else None


def required(tx: Transaction, batch: Batch) -> Required:
    """Who must sign."""
    return stated_requirement(tx, batch.id) or Required(batch.approvals_required, releaser=False)


def missing(tx: Transaction, batch: Batch) -> Missing:
    """Who still must sign."""
    roles = [approval.role for approval, _ in approvals(tx, batch.id)]
    return approvals_missing(required(tx, batch), roles.count("checker"), roles.count("releaser"))


def may_sign(tx: Transaction, batch: Batch, role: str) -> list[str]:
    """Who has the role, has not signed, and is not the maker."""
    rows = tx.rows(
        "SELECT o.name FROM operator o WHERE o.revoked_at IS NULL AND ',' || o.roles || ',' LIKE :role"
        " AND o.name <> :maker AND NOT EXISTS (SELECT 1 FROM approval a WHERE a.batch_id = :batch"
        " AND a.approver = o.name) ORDER BY o.name",
        role=f"%,{role},%",
        maker=batch.maker,
        batch=batch.id,
    )
    return [row.name for row in rows]


def sums(tx: Transaction, batch_id: str, column: str) -> list[Any]:
    """(value, payments, amount) per value of ``state`` or ``partner``."""
    return tx.rows(
        f"SELECT {column} AS value, count(*) AS payments, CAST(sum(amount) AS BIGINT) AS amount FROM payment"
        f" WHERE batch_id = :b GROUP BY {column} ORDER BY {column}",
        b=batch_id,
    )
