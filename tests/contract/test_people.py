"""People in both databases: what somebody with access to it may try, and that nothing is sealed on it (M11)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError
from support.gateways import Gateway, admins, person, row
from support.tampering import Original, edit

from gateway.anchors import FileAnchors
from gateway.domain.errors import ApprovalVoid, NotConfigured, Refusal, SafeMode, Tampered
from gateway.domain.people import ADD
from gateway.usecases import approve, audit_log, enrol, guard, integrity, people
from gateway.usecases.allocate import allocate

Copy = Callable[[Path], AbstractContextManager[Gateway]]


@pytest.fixture(scope="module")
def copy(original: Original) -> Copy:
    """Makes copies of a gateway with an approved batch, and somebody who was revoked after approving it."""
    original.gateway.approved(row(1), row(2))
    original.gateway.give_roles("both", "maker")
    original.gateway.revoke("checker2")
    return original.copy


@pytest.fixture
def filled(copy: Copy, tmp_path: Path) -> Iterator[Gateway]:
    with copy(tmp_path / "copy") as gateway:
        yield gateway


def _batch(gateway: Gateway) -> str:
    return str(gateway.value("SELECT id FROM batch"))


def _found(gateway: Gateway) -> set[str]:
    return {each.code for each in integrity.check(gateway.context)}


def test_m11_what_was_signed_before_the_revocation_counts_on_and_nothing_is_found(filled: Gateway) -> None:
    assert _found(filled) == set()
    assert len(allocate(filled.context, _batch(filled))) == 1


_SWAPPED = "UPDATE operator SET (public_key, key_id) = (SELECT public_key, key_id FROM operator WHERE name = 'maker')"
EDITS = {
    "a key swapped": f"{_SWAPPED} WHERE name = 'checker'",
    "a role added": "UPDATE operator SET roles = 'checker,maker' WHERE name = 'checker'",
    "somebody revoked comes back": "UPDATE operator SET revoked_at = NULL WHERE name = 'checker2'",
    "an invented person": "UPDATE operator SET name = 'ghost' WHERE name = 'checker'",
    "an enrolment left out": "DELETE FROM decision WHERE verb = 'operator add' AND subject = 'checker'",
    "an enrolment undone": "UPDATE decision SET state = 'lapsed' WHERE verb = 'operator add' AND subject = 'checker'",
    "a revocation left out": "DELETE FROM decision WHERE verb = 'operator revoke'",
    "a revocation with more that counts": 'UPDATE decision SET params = \'{"kept": "B9"}\''
    " WHERE verb = 'operator revoke'",
    "an enrolment for another": "UPDATE decision SET subject = 'maker'"
    " WHERE verb = 'operator add' AND subject = 'checker'",
}


@pytest.mark.parametrize("name", EDITS)
def test_m11_whatever_is_done_to_people_in_the_database_nothing_is_sealed_and_it_is_found(
    filled: Gateway, name: str
) -> None:
    if "invented" in name:
        edit(filled, "UPDATE approval SET approver = 'ghost' WHERE approver = 'checker'")
    assert edit(filled, EDITS[name]) > 0
    with pytest.raises(ApprovalVoid) as void:
        allocate(filled.context, _batch(filled))
    assert void.value.params["reason"] in ("person_differs", "people_broken")
    assert _found(filled) & {"people_differ", "row_orphaned"}
    with filled.store.read() as tx:
        assert [each.code for each in people.differences(filled.context, tx)] != []


def test_m11_people_of_an_older_home_are_enrolled_with_the_key_and_the_roles_that_they_had(filled: Gateway) -> None:
    edit(filled, "DELETE FROM decision WHERE verb IN ('operator add', 'operator role', 'operator revoke')")
    edit(filled, "DELETE FROM audit WHERE verb = 'operator revoke'")
    edit(filled, "UPDATE operator SET revoked_at = NULL, roles = 'checker' WHERE name = 'checker2'")
    with pytest.raises(ApprovalVoid):
        allocate(filled.context, _batch(filled))
    for name, roles in (("maker", "maker"), ("checker", "checker"), ("checker2", "checker"), ("both", "maker")):
        key = person(name).public_pem.decode()
        with filled.store.begin() as tx:
            enrol.together(filled.context, tx, ADD, enrol.added(name, [roles], key, "taken over"), admins())
        with pytest.raises(Refusal, match="operator_exists"), filled.store.begin() as tx:
            enrol.together(filled.context, tx, ADD, enrol.added(name, ["admin"], key, "more"), admins())
    assert len(allocate(filled.context, _batch(filled))) == 1
    assert _found(filled) <= {"audit_missing", "rows_missing"}


def test_m11_audit_verify_looks_at_people_too(filled: Gateway) -> None:
    edit(filled, EDITS["a role added"])
    looked = audit_log.verify(filled.store, (), look=lambda tx: people.differences(filled.context, tx))
    assert [(each.code, each.where) for each in looked.found] == [("people_differ", "operator checker")]


ORDINARY = {
    "another key": ("UPDATE operator SET public_key = 'x' WHERE name = 'maker'", "M11"),
    "another role": ("UPDATE operator SET roles = 'checker' WHERE name = 'maker'", "M11"),
    "a revocation by one": ("UPDATE operator SET revoked_at = enrolled_at WHERE name = 'maker'", "M11"),
    "a way back": ("UPDATE operator SET revoked_at = NULL WHERE name = 'checker2'", "M11"),
    "forgotten": ("DELETE FROM operator WHERE name = 'both'", "M11"),
    "invented": ("INSERT INTO operator VALUES ('ghost', 'k', 'p', 'checker', '2026', NULL)", "M11"),
}


@pytest.mark.parametrize("name", ORDINARY)
def test_m11_ordinary_statements_on_people_are_refused_by_the_database(filled: Gateway, name: str) -> None:
    statement, rule = ORDINARY[name]
    with pytest.raises(DBAPIError, match=rule), filled.store.begin() as tx:
        tx.run(statement)


def test_m11_a_signature_in_the_name_of_somebody_with_a_swapped_key_is_refused(filled: Gateway) -> None:
    edit(filled, f"{_SWAPPED} WHERE name = 'checker'")
    with pytest.raises(Tampered, match="person_differs"):
        approve.approve(filled.context, _batch(filled), "checker", person("maker"))


def test_m11_without_pinned_admins_nobody_acts(filled: Gateway) -> None:
    bare = replace(filled.context, roots=lambda: ())
    with pytest.raises(NotConfigured, match="roots_missing"):
        allocate(bare, _batch(filled))
    with pytest.raises(NotConfigured, match="roots_missing"):
        approve.approve(bare, _batch(filled), "checker", person("checker"))


def test_m11_m15_statements_that_vanish_with_their_rows_are_missed_by_the_anchor(
    filled: Gateway, tmp_path: Path
) -> None:
    places = FileAnchors(tmp_path / "anchor.json", [])
    context = replace(filled.context, anchors=places)
    guard.require_own_past(context)
    edit(filled, EDITS["a revocation left out"])
    edit(filled, EDITS["somebody revoked comes back"])
    with filled.store.read() as tx:
        assert list(people.differences(context, tx)) == []
    assert "statements_missing" in {each.code for each in audit_log.verify(filled.store, places.read()).found}
    with pytest.raises(SafeMode):
        guard.require_own_past(context)
