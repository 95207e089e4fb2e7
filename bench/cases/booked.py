"""Stores with payments that were sent, and with what the bank then booked, as ``bench.answers`` tells it.

``python -m bench.cases.booked sent|told COUNT URL [FROM_URL]`` makes one: ``sent`` has the payments in files of 50,000,
``told`` is a copy of such a one with an open entry and detail a payment.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text

from bench import answers, inputs
from bench.cases.inserts import payment_row, prepare, scattered
from gateway.clock import RealClock
from gateway.ports import Vault
from gateway.store import bulk
from gateway.store.batches import PAYMENT_COLUMNS
from gateway.store.evidence import DETAIL_COLUMNS, ENTRY_COLUMNS
from gateway.store.store import Store, Transaction
from gateway.store.tables import FileIn, FileOut, Statement

PARTNER = "vietinbank"
FILE_ID = 1
"""Of the received statement."""
_INSTANCE = "01VIDU"
_PAYMENTS_PER_FILE = 50_000
_STATEMENT_ID = 1
_DAY = "2026-12-02"
_SEALED_BYTES, _DIGEST_BYTES = 160, 32
_COPY_BYTES = 1 << 20
_FILE_COLUMNS = ("file_id", "ordinal", "payment_id", "live")
_COUNTED = ("payment", "file_out", "file_in", "statement", "entry", "detail")


# --- rows ------------------------------------------------------------------------------------------------------------


def entry_rows(count: int) -> Iterator[tuple[Any, ...]]:
    """Booked and not looked at yet."""
    return (_row(ENTRY_COLUMNS, _entry(number)) for number in range(1, count + 1))


def detail_rows(count: int) -> Iterator[tuple[Any, ...]]:
    """One an entry."""
    return (_row(DETAIL_COLUMNS, _detail(payment)) for payment in inputs.payments(count))


def _row(columns: tuple[str, ...], fields: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(fields.get(column) for column in columns)


def _entry(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "statement_id": _STATEMENT_ID,
        "ordinal": number,
        "identity": scattered(number, b"identity", _DIGEST_BYTES),
        "loose": scattered(number, b"loose", _DIGEST_BYTES),
        "amount": answers.signed(number),
        "currency": inputs.CURRENCY,
        "status": "BOOK",
        "reversal": False,
        "booking_date": _DAY,
        "value_date": "2026-12-03",
        "reference": f"N{number:010d}",
        "servicer_reference": f"FT{number:014d}",
        "bank_code": "PMNT-ICDT-RRTN" if answers.comes_back(number) else "PMNT-ICDT-DMCT",
        "problems": "",
        "disposition": "open",
    }


def _detail(payment: inputs.Payment) -> dict[str, Any]:
    number, back = payment.number, answers.comes_back(payment.number)
    return {
        "id": number,
        "entry_id": number,
        "ordinal": 1,
        "amount": answers.signed(number),
        "currency": inputs.CURRENCY,
        "end_to_end_id": payment.end_to_end_id,
        "instruction_id": answers.instruction_id(payment),
        "uetr": payment.uetr,
        "message_id": answers.MESSAGE_ID,
        "payment_information_id": answers.BLOCK_ID,
        "servicer_reference": f"FT{number:014d}",
        "is_return": back,
        "return_reason": "AC04" if back else None,
        "reversal": False,
        "personal": scattered(number, b"detail", _SEALED_BYTES),
    }


# --- stores ----------------------------------------------------------------------------------------------------------


def sent(count: int, url: str, _: str = "") -> None:
    """So many payments with a partner, nothing heard of them yet."""
    if url.startswith("postgresql"):
        _administer(url, f"CREATE DATABASE {_name(url)}")
    store = _store(url)
    prepare(store, _INSTANCE)
    with store.begin() as tx:
        rows = (payment_row(payment, "sent") for payment in inputs.payments(count))
        bulk.insert(tx, "payment", PAYMENT_COLUMNS, rows)
        for first in range(1, count + 1, _PAYMENTS_PER_FILE):
            _send(tx, first, min(count, first + _PAYMENTS_PER_FILE - 1))
        _count(tx)
    _settle_down(store)


def told(count: int, url: str, source: str) -> None:
    """A copy of ``sent`` with the statement beside it."""
    copy(source, url)
    store = _store(url)
    with store.begin() as tx:
        open_statement(tx)
        bulk.insert(tx, "entry", ENTRY_COLUMNS, entry_rows(count))
        bulk.insert(tx, "detail", DETAIL_COLUMNS, detail_rows(count))
        _count(tx)
    _checkpoint(store)


def open_statement(tx: Transaction) -> None:
    """The received file and its statement, before their entries."""
    tx.session.add(
        FileIn(
            id=FILE_ID,
            reference="R1",
            partner=PARTNER,
            folder="/out/statement",
            name="STM_1.xml",
            message="camt.053.001.08",
            sha256="0" * 64,
            size_bytes=0,
            state="received",
            proof="channel",
            received_at=tx.now(),
        )
    )
    tx.session.flush()
    tx.session.add(
        Statement(
            id=_STATEMENT_ID,
            file_in_id=FILE_ID,
            ordinal=1,
            partner=PARTNER,
            message="camt.053",
            version="08",
            account=inputs.DEBTOR_ACCOUNT,
            currency=inputs.CURRENCY,
            to_date=_DAY,
        )
    )
    tx.session.flush()


def _send(tx: Transaction, first: int, last: int) -> None:
    number = first // _PAYMENTS_PER_FILE + 1
    tx.session.add(
        FileOut(
            id=number,
            message_id=f"{answers.MESSAGE_ID[:-12]}{number:012d}",
            payment_information_id=f"{answers.BLOCK_ID[:-12]}{number:012d}",
            partner=PARTNER,
            batch_id="B1",
            message="pain.001.001.09",
            name=f"CHITRA_{number}.xml",
            created_at=tx.now(),
            execution_date="2026-12-02",
            debtor=inputs.DEBTOR,
            debtor_account=inputs.DEBTOR_ACCOUNT,
            initiating_party=inputs.DEBTOR,
            initiating_party_id="0100000000",
            payments=last - first + 1,
            amount=sum(map(inputs.amount, range(first, last + 1))),
            currency=inputs.CURRENCY,
            state="sent",
        )
    )
    rows = ((number, each - first + 1, each, True) for each in range(first, last + 1))
    bulk.insert(tx, "payment_file", _FILE_COLUMNS, rows)


def _count(tx: Transaction) -> None:
    """The counters go on behind what was numbered here."""
    for table in _COUNTED:
        following = tx.value(f"SELECT COALESCE(max(id), 0) + 1 FROM {table}")
        tx.run(
            'INSERT INTO sequence (name, "next") VALUES (:name, :following)'
            ' ON CONFLICT (name) DO UPDATE SET "next" = excluded."next"',
            name=table,
            following=following,
        )


def _store(url: str) -> Store:
    return Store(url, RealClock(), _no_vault)


def _no_vault() -> Vault:
    raise AssertionError("the rows are sealed already")


def _settle_down(store: Store) -> None:
    """As a server has it a day later; SQLite gets no statistics, as in production."""
    if store.dialect.name == "postgresql":
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    _checkpoint(store)


def _checkpoint(store: Store) -> None:
    """Everything is in the files, so that they can be copied."""
    if store.dialect.name == "sqlite":
        with store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
    store.close()


# --- copies ----------------------------------------------------------------------------------------------------------


@contextmanager
def copied(source: str, folder: Path) -> Iterator[str]:
    """A copy for one case, gone afterwards."""
    if source.startswith("sqlite"):
        url = f"sqlite:///{folder / 'chitra.db'}"
        copy(source, url)
        yield url
        return
    url = f"{source}_{os.getpid()}"
    copy(source, url)
    try:
        yield url
    finally:
        _administer(url, f"DROP DATABASE {_name(url)} WITH (FORCE)")


def copy(source: str, url: str) -> None:
    """The whole database, on the disk before it is used."""
    if url.startswith("sqlite"):
        _copy_file(Path(source.removeprefix("sqlite:///")), Path(url.removeprefix("sqlite:///")))
        return
    _administer(url, f"CREATE DATABASE {_name(url)} TEMPLATE {_name(source)} STRATEGY file_copy", "CHECKPOINT")


def _copy_file(source: Path, target: Path) -> None:
    with source.open("rb") as there, target.open("wb") as here:
        while part := there.read(_COPY_BYTES):
            here.write(part)
        os.fsync(here.fileno())


def _name(url: str) -> str:
    return url.rsplit("/", 1)[1]


def _administer(url: str, *statements: str) -> None:
    server = url.rsplit("/", 1)[0].replace("+psycopg", "")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


KINDS: dict[str, Callable[[int, str, str], None]] = {"sent": sent, "told": told}

if __name__ == "__main__":
    KINDS[sys.argv[1]](int(sys.argv[2]), *sys.argv[3:])  # type: ignore[call-arg]
