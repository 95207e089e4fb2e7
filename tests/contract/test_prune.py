"""What is kept no longer on both databases: bytes of lists that could never be paid, with a record of it (T3)."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError
from support.gateways import Gateway, row
from support.tampering import edit

from gateway.domain.errors import NotFound
from gateway.store import blobs, prune
from gateway.usecases import integrity


def _invalid(gateway: Gateway, number: int) -> str:
    """Digest of a list with a mistake."""
    imported = gateway.import_([row(number, amount="x")])
    assert imported.problems
    return imported.batch.source_sha256


def _stored(gateway: Gateway) -> set[str]:
    return {each.sha256 for each in gateway.rows("SELECT DISTINCT sha256 FROM blob")}


def test_a_list_that_could_never_be_paid_goes_after_its_time_and_nothing_else_does(gateway: Gateway) -> None:
    old = _invalid(gateway, 1)
    gateway.approved(row(2))
    gateway.send()
    gateway.clock.pass_(days=prune.KEPT_DAYS + 1)
    young = _invalid(gateway, 3)
    before = _stored(gateway)
    assert prune.prune(gateway.store, "user:root") == [old]
    assert before - _stored(gateway) == {old}
    assert young in _stored(gateway)
    with gateway.store.read() as tx, pytest.raises(NotFound):
        list(blobs.parts(tx, old))
    assert gateway.value("SELECT count(*) FROM problem") == 2
    (act,) = gateway.rows("SELECT actor, subject FROM audit WHERE verb = 'db prune'")
    assert tuple(act) == ("user:root", old)
    assert list(integrity.check(gateway.context)) == []
    assert prune.prune(gateway.store, "user:root") == []


def test_the_same_list_may_come_again_and_is_kept_its_time(gateway: Gateway) -> None:
    old = _invalid(gateway, 1)
    gateway.clock.pass_(days=prune.KEPT_DAYS + 1)
    prune.prune(gateway.store, "user:root")
    assert _invalid(gateway, 1) == old
    assert prune.prune(gateway.store, "user:root") == []
    assert old in _stored(gateway)
    assert list(integrity.check(gateway.context)) == []


def test_t3_the_database_lets_no_bytes_go_that_anything_else_names(gateway: Gateway) -> None:
    """Whoever writes them into the list of what was pruned gains nothing."""
    gateway.approved(row(1))
    gateway.send()
    _invalid(gateway, 2)
    ordered = "SELECT source_sha256 FROM batch WHERE state <> 'invalid'"
    for (sha256,) in gateway.rows(f"{ordered} UNION SELECT sha256 FROM wire_object"):
        with gateway.store.begin() as tx:
            tx.run("INSERT INTO pruned (sha256) VALUES (:s)", s=sha256)
        _kept(gateway, sha256)


def test_t3_no_bytes_go_that_were_not_pruned(gateway: Gateway) -> None:
    _kept(gateway, _invalid(gateway, 1))


def _kept(gateway: Gateway, sha256: str) -> None:
    with pytest.raises(DBAPIError, match="T3 blob"), gateway.store.begin() as tx:
        tx.run("DELETE FROM blob WHERE sha256 = :s", s=sha256)


def test_t3_bytes_removed_without_a_record_are_found(gateway: Gateway) -> None:
    sha256 = _invalid(gateway, 1)
    with gateway.store.begin() as tx:
        tx.run("INSERT INTO pruned (sha256) VALUES (:s)", s=sha256)
        tx.run("DELETE FROM blob WHERE sha256 = :s", s=sha256)
    assert [(each.code, each.where) for each in integrity.check(gateway.context)] == [
        ("record_differs", f"pruned {sha256}")
    ]
    with pytest.raises(DBAPIError, match="T3 pruned"), gateway.store.begin() as tx:
        tx.run("DELETE FROM pruned")
    edit(gateway, "DELETE FROM pruned")
    assert "bytes_missing" in {each.code for each in integrity.check(gateway.context)}
