"""A new generation of the storage key on both databases: sealed anew in portions, nothing changed, nobody forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from support.evidence import status
from support.gateways import Gateway, row
from support.stores import SECRET, VAULT, open_store

from gateway.proof import TranslatedVault
from gateway.store import blobs, rewrap
from gateway.store.store import Transaction
from gateway.usecases import integrity
from keys.vault import Vault

NEWER = TranslatedVault(Vault(SECRET, bytes(range(32, 64))))


@pytest.fixture
def older(gateway: Gateway) -> Gateway:
    """Payments, files and answers, all sealed by the first generation."""
    gateway.approved(row(1), row(2))
    gateway.send()
    status(gateway, "ACSP")
    return gateway


@pytest.fixture
def newer(older: Gateway) -> Iterator[Gateway]:
    """The same home after its key got a second generation."""
    again = replace(older)
    again.__dict__["store"] = open_store(older.url, clock=older.clock, vault=lambda: NEWER, folder=older.folder)
    again.__dict__["context"] = replace(older.context, store=again.store, vault=lambda: NEWER)
    with closing(again):
        yield again


def _run(gateway: Gateway) -> dict[str, int]:
    rewrap.begin(gateway.store, "user:root")
    counts: dict[str, int] = {}
    for table, done in rewrap.portions(gateway.store):
        counts[table] = counts.get(table, 0) + done
    assert rewrap.end(gateway.store, "user:root", counts)
    return counts


def _left(gateway: Gateway) -> int:
    tables = {"payment": "personal", "entry": "personal", "detail": "personal", "blob": '"bytes"'}
    counted = (f"(SELECT count(*) FROM {table} WHERE substr({column}, 1, 9) <> :p)" for table, column in tables.items())
    return int(gateway.value(f"SELECT {' + '.join(counted)}", p=NEWER.prefix))


def test_a3_everything_is_sealed_anew_and_nothing_else_has_changed(older: Gateway, newer: Gateway) -> None:
    columns = "id, content_blind, person_blind, account_blind, state"
    before = older.rows(f"SELECT {columns} FROM payment ORDER BY id")
    counts = _run(newer)
    assert counts["payment"] == 2
    assert counts["blob"] >= 3
    assert _left(newer) == 0
    assert newer.rows(f"SELECT {columns} FROM payment ORDER BY id") == before
    assert list(integrity.check(newer.context)) == []
    assert newer.value("SELECT rewrap_to FROM instance") is None
    again = newer.import_([row(1, payment_ref="TC-0009")])
    assert [each.code for each in again.problems] == ["benefit_already_paid"], "a person is known as before"


def test_the_older_generation_opens_nothing_any_more_and_files_come_back(older: Gateway, newer: Gateway) -> None:
    digest = older.value("SELECT sha256 FROM wire_object")
    with older.store.read() as tx:
        before = b"".join(blobs.parts(tx, digest))
    _run(newer)
    with newer.store.read() as tx:
        assert b"".join(blobs.parts(tx, digest)) == before
    envelope = bytes(newer.value("SELECT personal FROM payment WHERE id = 1"))
    assert not Vault(SECRET).knows(envelope)
    assert NEWER.open(envelope, "payment:1")


def test_d2_interrupted_anywhere_it_goes_on_and_the_home_works_meanwhile(older: Gateway, newer: Gateway) -> None:
    newer.import_([row(3)])
    for interrupted in range(2):
        rewrap.begin(newer.store, "user:root")
        next(rewrap.portions(newer.store))
        newer.import_([row(10 + interrupted)])
        assert list(integrity.check(newer.context)) == [], interrupted
    _run(newer)
    assert _left(newer) == 0
    verbs = [each.verb for each in newer.rows("SELECT verb FROM audit WHERE verb LIKE 'key rewrap%' ORDER BY sequence")]
    assert verbs == [rewrap.BEGUN, rewrap.ENDED]


def test_it_has_not_ended_while_an_older_process_seals(older: Gateway, newer: Gateway) -> None:
    rewrap.begin(newer.store, "user:root")
    list(rewrap.portions(newer.store))
    older.import_([row(4)])
    assert not rewrap.end(newer.store, "user:root", {})
    assert rewrap.is_open(newer.store)
    _run(newer)


def _change(tx: Transaction, what: str) -> None:
    envelope = bytes(tx.value("SELECT personal FROM payment WHERE id = 1"))
    other = tx.vault.open(envelope, "payment:1").replace(b'"account":"1', b'"account":"2')
    values: dict[str, tuple[str, dict[str, Any]]] = {
        "envelope": ("UPDATE payment SET personal = :new WHERE id = 1", {"new": tx.vault.seal(other, "payment:1")}),
        "same generation": ("UPDATE payment SET personal = :new WHERE id = 1", {"new": VAULT.seal(other, "payment:1")}),
        "bytes": ("UPDATE blob SET bytes = :new WHERE part = 0", {"new": tx.vault.seal(b"x", "blob")}),
        "part": ("UPDATE blob SET part = 9, bytes = :new WHERE part = 0", {"new": tx.vault.seal(b"x", "blob")}),
        "account": ("UPDATE payment SET account_blind = :new WHERE id = 1", {"new": b"x"}),
    }
    sql, params = values[what]
    tx.run(sql, **params)


def test_t3_m12_every_envelope_is_fixed_but_for_the_generation_of_a_rewrap(older: Gateway, newer: Gateway) -> None:
    for what in ("envelope", "same generation", "bytes", "part", "account"):
        with pytest.raises(DBAPIError, match=r"T3 blob|M12 payment"), newer.store.begin() as tx:
            _change(tx, what)
    rewrap.begin(newer.store, "user:root")
    for what in ("same generation", "part", "account"):
        with pytest.raises(DBAPIError, match=r"T3 blob|M12 payment"), newer.store.begin() as tx:
            _change(tx, what)


def test_t3_m12_a_rewrap_that_nobody_recorded_is_found(older: Gateway, newer: Gateway) -> None:
    """Somebody opens the door by hand, and puts another person into the envelope."""
    with newer.store.begin() as tx:
        tx.run("UPDATE instance SET rewrap_to = :to WHERE id = 1", to=tx.vault.prefix.hex())
    with newer.store.begin() as tx:
        _change(tx, "envelope")
    found = {each.code for each in integrity.check(newer.context)}
    assert {"record_differs", "content_differs"} <= found
