"""Rows into ``payment``, the real table or one of the same columns without any index; the rows are made beforehand."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Sequence
from hashlib import shake_128
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from sqlalchemy import text
from sqlmodel import Session

from bench import inputs
from bench.harness import measured
from gateway.clock import RealClock
from gateway.ports import Vault
from gateway.store import bulk, schema
from gateway.store.batches import PAYMENT_COLUMNS
from gateway.store.store import Store
from gateway.store.tables import Batch, Operator, Payer, Payment

_SEALED_BYTES, _BLIND_BYTES = 290, 32
Rows = list[tuple[Any, ...]]

_NAMES = ", ".join(f'"{name}"' for name in PAYMENT_COLUMNS)


def with_bulk(store: Store, rows: Rows) -> None:
    """Our way."""
    with store.begin() as tx:
        bulk.insert(tx, "payment", PAYMENT_COLUMNS, rows)


def with_add_all(store: Store, rows: Rows) -> None:
    """An object a row, as the manual of SQLModel shows."""
    with Session(store.engine) as session:
        session.add_all(Payment(**dict(zip(PAYMENT_COLUMNS, row, strict=True))) for row in rows)
        session.commit()


def with_driver(store: Store, rows: Rows) -> None:
    """The least: ``executemany`` of sqlite3, COPY of psycopg, one transaction."""
    if store.dialect.name == "sqlite":
        _executemany_sqlite(store, rows)
    else:
        _copy_postgresql(store, rows)


def _executemany_sqlite(store: Store, rows: Rows) -> None:
    connection = sqlite3.connect(str(store.engine.url.database))
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    places = ", ".join("?" for _ in PAYMENT_COLUMNS)
    with connection:
        connection.executemany(f"INSERT INTO payment ({_NAMES}) VALUES ({places})", rows)
    connection.close()


def _copy_postgresql(store: Store, rows: Rows) -> None:
    statement = f"COPY payment ({_NAMES}) FROM STDIN".encode()
    url = store.url.replace("+psycopg", "")
    with psycopg.connect(url) as connection, connection.cursor().copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


CASES: dict[str, Callable[[Store, Rows], None]] = {
    "bulk": with_bulk,
    "add_all": with_add_all,
    "driver": with_driver,
}


def insert(name: str, count: int, url: str, form: str) -> None:
    """``form`` is ``real`` or ``plain``."""
    store = Store(url, RealClock(), _no_vault)
    if store.dialect.name == "postgresql":
        _empty(store)
    prepare(store, "VIDU")
    if form == "plain":
        _strip(store)
    rows = [payment_row(payment) for payment in inputs.payments(count)]
    with measured():
        CASES[name](store, rows)
    with store.read() as tx:
        assert tx.value("SELECT count(*) FROM payment") == count
    store.close()


def _no_vault() -> Vault:
    raise AssertionError("the rows are sealed already")


def _empty(store: Store) -> None:
    """The cluster is the bench's own."""
    with store.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


def prepare(store: Store, instance: str) -> None:
    """The schema, and what a payment refers to."""
    schema.upgrade(store)
    schema.establish(store, instance, "sandbox")
    with store.begin() as tx:
        parents: Sequence[Payer | Operator | Batch] = (
            Payer(code="vidu", name=inputs.DEBTOR, tax_id="0100000000"),
            Operator(name="maker", key_id="k", public_key="", roles="admin", enrolled_at=tx.now()),
            _batch(tx.now()),
        )
        for parent in parents:
            tx.session.add(parent)
            tx.session.flush()


def _strip(store: Store) -> None:
    """Put a table with the same columns and nothing else in the place of ``payment``."""
    with store.begin() as tx:
        tx.run("ALTER TABLE payment RENAME TO payment_real")
        tx.run("CREATE TABLE payment AS SELECT * FROM payment_real WHERE 1 = 0")


def _batch(created_at: str) -> Batch:
    return Batch(
        id="B1",
        payer="vidu",
        programme="pension",
        period="2026-12",
        maker="maker",
        state="ready",
        rows_sha256=b"",
        source_name="batch.csv",
        source_sha256="",
        payments=0,
        amount=0,
        currency=inputs.CURRENCY,
        approvals_required=2,
        created_at=created_at,
    )


def payment_row(payment: inputs.Payment, state: str = "ready") -> tuple[Any, ...]:
    fields = {
        "id": payment.number,
        "batch_id": "B1",
        "line": payment.number + 1,
        "payer": "vidu",
        "programme": "pension",
        "payment_ref": f"R{payment.number}",
        "end_to_end_id": payment.end_to_end_id,
        "uetr": payment.uetr,
        "partner": "vietinbank",
        "bank": payment.bank,
        "amount": payment.amount,
        "currency": inputs.CURRENCY,
        "kind": "regular",
        "benefit_month": "2026-12",
        "commune_code": "00004",
        "state": state,
        "holds_key": True,
        "returned_amount": 0,
        "return_charges": 0,
        "personal": scattered(payment.number, b"personal", _SEALED_BYTES),
        "person_blind": scattered(payment.number, b"person", _BLIND_BYTES),
        "account_blind": scattered(payment.number, b"account", _BLIND_BYTES),
        "content_blind": scattered(payment.number, b"content", _BLIND_BYTES),
    }
    return tuple(fields.get(column) for column in PAYMENT_COLUMNS)


def scattered(number: int, purpose: bytes, size_bytes: int) -> bytes:
    """Bytes without order, as sealed and blinded values are; the same in every run."""
    return shake_128(purpose + number.to_bytes(8, "big")).digest(size_bytes)


def main(name: str, count: int, url: str, form: str) -> None:
    """``url`` is ``sqlite`` for a new file, or a PostgreSQL URL."""
    if url != "sqlite":
        insert(name, count, url, form)
        return
    with TemporaryDirectory() as folder:
        insert(name, count, f"sqlite:///{Path(folder) / 'chitra.db'}", form)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4])
