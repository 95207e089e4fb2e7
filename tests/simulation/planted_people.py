"""Planted bugs of people: what the database says of them is believed, or the database itself lets them (M11, M12)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from gateway.domain import people as followed
from gateway.domain.errors import ApprovalVoid
from gateway.domain.people import Person
from gateway.store import batches
from gateway.usecases import approve, decide, people, seal
from gateway.usecases.delivery import checks
from simulation import world
from simulation.patches import Patch, bug

# --- who somebody is -------------------------------------------------------------------------------------------------


@bug
def rows_of_people_are_believed(patch: Patch) -> None:
    """Key and roles are those of the row, whatever admins have signed."""

    def known(_context: Any, tx: Any, name: str) -> Person:
        row = batches.operator(tx, name)
        return Person(name, row.public_key, frozenset(row.roles.split(",")), "", row.revoked_at is not None)

    patch.set(people, "known", known)


@bug
def statements_about_people_are_not_verified(patch: Patch) -> None:
    """A statement counts when it is there and in its place, whoever signed it."""
    before = people.follow
    patch.set(people, "follow", lambda roots, made, _genuine: before(roots, made, _anything))


def _anything(_key: str, _data: bytes, _signature: bytes) -> bool:
    return True


@bug
def whoever_is_enrolled_enrols_others(patch: Patch) -> None:
    """Two people have signed, but nobody asks whether they are admins."""
    _followed_without_memory(patch)

    def signed(known: Any, statement: Any, genuine: Any) -> bool:
        both = (statement.first, statement.second)
        keys = [known.everybody[each.operator].public_key for each in both]
        by_both = all(genuine(key, each.data, each.signature) for key, each in zip(keys, both, strict=True))
        return by_both and statement.first.operator != statement.second.operator

    patch.set(followed, "_is_signed", signed)


@bug
def one_admin_signs_twice(patch: Patch) -> None:
    """Both signatures are an admin's, and they may be the same one's."""
    _followed_without_memory(patch)

    def signed(known: Any, statement: Any, genuine: Any) -> bool:
        signers = [(known.everybody[each.operator], each) for each in (statement.first, statement.second)]
        return all(
            who.may({followed.ADMIN}) and genuine(who.public_key, each.data, each.signature) for who, each in signers
        )

    patch.set(followed, "_is_signed", signed)


@bug
def a_rehearsal_counts(patch: Patch) -> None:
    """What people signed in another environment stands here as well."""
    _followed_without_memory(patch)
    before = followed._is_signed

    def signed(known: Any, statement: Any, genuine: Any) -> bool:
        def wherever(key: str, data: bytes, signature: bytes) -> bool:
            there = data.replace(b'"sandbox"', b'"production"')
            return bool(genuine(key, data, signature) or genuine(key, there, signature))

        return before(known, statement, wherever)

    patch.set(followed, "_is_signed", signed)


def _followed_without_memory(patch: Patch) -> None:
    """What a bug believes is not remembered for the next run."""
    patch.set(people, "follow", followed.follow.__wrapped__)


@bug
def anybodys_key_will_do(patch: Patch) -> None:
    """The name is known and has the role; whose key signs is not compared."""

    def acting(context: Any, tx: Any, name: str, _key: Any, roles: Any) -> Person:
        return people.require_enrolled(context, tx, name) if roles is None else people.require(context, tx, name, roles)

    patch.set(people, "acting", acting)


@bug
def who_has_left_still_signs(patch: Patch) -> None:
    """A revocation is written down and shown, and nobody asks for it."""
    patch.set(Person, "may", lambda person, roles: roles is None or not person.roles.isdisjoint(roles))


# --- what was signed -------------------------------------------------------------------------------------------------


@bug
def approvals_are_counted_and_not_verified(patch: Patch) -> None:
    """There are enough of them; whose they are is not looked at before a file is made or sent."""

    def counted(_context: Any, tx: Any, batch: Any, *, past: bool = False) -> None:
        if batches.missing(tx, batch):
            raise ApprovalVoid("approval_void", batch=batch.id, reason="too_few")

    patch.set(approve, "require_signatures", counted)
    patch.set(seal, "require_signatures", counted)
    patch.set(checks, "require_signatures", counted)


@bug
def approvals_are_verified_and_not_counted(patch: Patch) -> None:
    """Each of them is genuine; whether they are enough was looked at when the last one came."""
    before = approve.require_signatures

    def verified(context: Any, tx: Any, batch: Any, *, past: bool = False) -> None:
        with patch.for_a_while(batches, "missing", lambda tx, batch: None):
            before(context, tx, batch, past=past)

    patch.set(approve, "require_signatures", verified)
    patch.set(seal, "require_signatures", verified)
    patch.set(checks, "require_signatures", verified)


@bug
def nobody_waits_for_the_releaser(patch: Patch) -> None:
    """Checkers are counted; that a releaser was required is only shown."""
    before = batches.missing
    patch.set(batches, "missing", lambda tx, batch: replace(before(tx, batch), releaser=False))


@bug
def a_state_that_changed_decides_all_the_same(patch: Patch) -> None:
    """What the first person saw is not looked at again when the second one signs."""
    patch.set(decide, "_lapse_code", lambda context, tx, act, decision: None)


@bug
def a_change_after_the_approval_is_not_noticed(patch: Patch) -> None:
    """What was approved is remembered by its digest, with which nothing is compared any more."""
    before = batches.content_digest
    patch.set(batches, "content_digest", lambda tx, batch: batch.content_sha256 or before(tx, batch))
    patch.set(seal, "content_blind", lambda vault, line: _Same())


class _Same:
    """Like anything."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]


@bug
def a_change_after_sealing_is_not_noticed(patch: Patch) -> None:
    """The release does not ask whether the rows still say what the file says."""
    same = SimpleNamespace(find=batches.find, file_digest=lambda tx, file_id: _Same())
    patch.set(checks, "batches", same)


# --- the database ----------------------------------------------------------------------------------------------------


@bug
def the_database_lets_the_maker_approve(patch: Patch) -> None:
    """The constraint that keeps maker and checker apart was lost with a migration."""
    _database_without(patch, "CHECK (approver <> maker)")


@bug
def the_database_lets_one_person_decide(patch: Patch) -> None:
    """The constraint that wants two people under a decision was lost with a migration."""
    _database_without(patch, "CHECK (confirmed_by <> proposed_by AND confirmed_key <> proposed_key)")


@bug
def the_database_lets_a_batch_be_approved_by_hand(patch: Patch) -> None:
    """The trigger that counts the signatures was lost with a migration."""
    _database_without(patch, trigger="batch_signed_by_enough")


@bug
def the_database_lets_roles_be_given(patch: Patch) -> None:
    """The trigger that wants a decision behind a change of people was lost with a migration."""
    _database_without(patch, trigger="operator_changed_by_decision")


@bug
def the_database_lets_amounts_be_changed(patch: Patch) -> None:
    """The trigger that keeps the content of payments was lost with a migration."""
    _database_without(patch, trigger="payment_content_fixed")


@bug
def the_database_lets_bytes_be_changed(patch: Patch) -> None:
    """The trigger that keeps what was received and sealed was lost with a migration."""
    _database_without(patch, trigger="blob_fixed_update")


@bug
def the_database_lets_the_record_be_changed(patch: Patch) -> None:
    """The trigger that keeps the record of acts was lost with a migration."""
    _database_without(patch, trigger="audit_fixed_update")


def _database_without(patch: Patch, check: str = "", trigger: str = "") -> None:
    """The database of every run, without one of its constraints or triggers."""
    whole = world._template()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "chitra.db"
        path.write_bytes(whole)
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute("PRAGMA writable_schema = ON")
            if trigger:
                db.execute(f"DROP TRIGGER {trigger}")
            db.execute("UPDATE sqlite_master SET sql = replace(sql, ?, 'CHECK (1)') WHERE ? <> ''", (check, check))
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        lacking = path.read_bytes()
    patch.set(world, "_template", lambda: lacking)
