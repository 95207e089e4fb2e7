"""``db check`` on both databases: honest data has no finding; whatever is edited behind our back has one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from months.acts import ACTS
from months.play import by_channel, order, sent
from support.gateways import Gateway, copy_of, row
from support.tampering import Original, edit, redefine

from gateway.store.stops import EVERYTHING, of_partner
from gateway.usecases import integrity
from gateway.usecases.poll import poll
from gateway.usecases.stopping import stop

Copy = Callable[[Path], AbstractContextManager[Gateway]]


@pytest.fixture(scope="module")
def copy(original: Original) -> Copy:
    """Makes copies of a gateway with a file sent, a payment that waits, a stop that stands and one that was lifted."""
    original.gateway.approved(row(1), row(2))
    original.gateway.send()
    original.gateway.import_([row(3)])
    for scope in (of_partner("momo"), EVERYTHING):
        stop(original.gateway.context, scope, "drill", "user:lan")
    original.gateway.by_two("start", "partner momo")
    return original.copy


@pytest.fixture
def filled(copy: Copy, tmp_path: Path) -> Iterator[Gateway]:
    """A copy of it that the test may spoil."""
    with copy(tmp_path / "copy") as gateway:
        yield gateway


def _found(gateway: Gateway) -> list[tuple[str, str]]:
    return [(each.code, each.where) for each in integrity.check(gateway.context)]


def test_what_was_never_edited_has_no_finding(filled: Gateway) -> None:
    assert _found(filled) == []


DEFINITIONS = {
    "a trigger dropped": ("DROP TRIGGER payment_content_fixed{on_payment}", "definition_missing"),
    "an index dropped": ("DROP INDEX uq_payment_live_file", "definition_missing"),
    "a trigger added": (
        "CREATE TRIGGER helper BEFORE INSERT ON audit {doing_nothing}",
        "definition_unexpected",
    ),
    "a column added": ("ALTER TABLE payment ADD COLUMN hidden TEXT", "column or table"),
}


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_changed_definition_is_found(filled: Gateway, name: str) -> None:
    statement, code = DEFINITIONS[name]
    on_sqlite = filled.store.dialect.name == "sqlite"
    doing = "BEGIN SELECT 1; END" if on_sqlite else "FOR EACH ROW EXECUTE FUNCTION chitra_refuse('x')"
    redefine(filled, statement.format(on_payment="" if on_sqlite else " ON payment", doing_nothing=doing))
    expected = {"column or table": "definition_changed" if on_sqlite else "definition_unexpected"}.get(code, code)
    assert [each for each, _ in _found(filled)] == [expected]


def test_a_disabled_trigger_and_a_changed_function_are_found_on_postgresql(on_postgres: Gateway) -> None:
    redefine(on_postgres, "ALTER TABLE audit DISABLE TRIGGER audit_fixed_update")
    assert _found(on_postgres) == [("definition_changed", "trigger audit_fixed_update")]
    redefine(
        on_postgres,
        "CREATE OR REPLACE FUNCTION chitra_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    )
    assert ("definition_changed", "function chitra_refuse") in _found(on_postgres)


EDITS = {
    "a state": ("UPDATE payment SET state = 'settled' WHERE payment_ref = 'TC-0001'", "state_differs"),
    "an amount": ("UPDATE payment SET amount = amount + 1 WHERE payment_ref = 'TC-0003'", "content_differs"),
    "an envelope": (
        "UPDATE payment SET personal = (SELECT personal FROM payment WHERE payment_ref = 'TC-0001')"
        " WHERE payment_ref = 'TC-0002'",
        "envelope_differs",
    ),
    "a move": ("UPDATE history SET target = 'cancelled' WHERE target = 'submitted'", "history_broken"),
    "a move left out": ("DELETE FROM history WHERE target = 'sealed'", "history_broken"),
    "a signature": ("UPDATE approval SET signature = content_sha256", "signature_differs"),
    "a signed digest": ("UPDATE approval SET content_sha256 = signature", "record_differs"),
    "a role": ("UPDATE operator SET roles = 'maker,checker' WHERE name = 'maker'", "people_differ"),
    "a key": (
        "UPDATE operator SET public_key = (SELECT public_key FROM operator WHERE name = 'maker')"
        " WHERE name = 'checker2'",
        "people_differ",
    ),
    "bytes": (
        "UPDATE blob SET \"bytes\" = personal FROM payment WHERE part = 0 AND payment_ref = 'TC-0001'",
        "bytes_differ",
    ),
    "bytes left out": ("DELETE FROM blob WHERE sha256 = (SELECT sha256 FROM wire_object)", "bytes_missing"),
    "a size": ("UPDATE wire_object SET size_bytes = size_bytes + 1", "bytes_differ"),
    "an account": ("UPDATE file_out SET debtor_account = '999'", "rows_differ"),
    "a date": ("UPDATE file_out SET execution_date = '2026-01-01'", "rows_differ"),
    "a release": ("UPDATE attempt SET releasing_at = NULL", "record_differs"),
    "a counter": ("UPDATE sequence SET \"next\" = 1 WHERE name = 'file_out'", "counter_set_back"),
    "a link": ("UPDATE payment_file SET live = NOT live WHERE ordinal = 0", "rows_differ"),
    "an attempt left out": ("DELETE FROM attempt", "rows_missing"),
    "a batch left out": ("DELETE FROM batch WHERE state = 'ready'", "row_orphaned"),
    "a payment left out": ("DELETE FROM payment WHERE payment_ref = 'TC-0003'", "content_differs"),
    "an act": ("UPDATE audit SET actor = 'nobody' WHERE sequence = 7", "audit_edited"),
    "the past": ("DELETE FROM audit WHERE sequence = 7", "audit_missing"),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_behind_our_back_is_found(filled: Gateway, name: str) -> None:
    statement, code = EDITS[name]
    assert edit(filled, statement) > 0
    assert code in {each for each, _ in _found(filled)}


STOPS = {
    "lifted by nobody": (
        "UPDATE stop SET lifted_at = stopped_at, decision_id = (SELECT id FROM decision WHERE verb = 'start')"
        " WHERE scope = 'all'",
        "record_differs",
    ),
    "lifted by another decision": (
        "UPDATE stop SET decision_id = (SELECT min(id) FROM decision) WHERE scope = 'partner'",
        "record_differs",
    ),
    "lifted without a decision": ("UPDATE stop SET lifted_at = stopped_at WHERE scope = 'all'", "rows_differ"),
    "left out": ("DELETE FROM stop WHERE scope = 'all'", "rows_missing"),
    "of less": ("UPDATE stop SET scope = 'payer', subject = 'thachthat' WHERE scope = 'all'", "record_differs"),
}


@pytest.mark.parametrize("name", STOPS)
def test_m16_a_stop_that_somebody_lifts_or_narrows_in_the_database_is_found(filled: Gateway, name: str) -> None:
    statement, code = STOPS[name]
    assert edit(filled, statement) > 0
    assert code in {each for each, _ in _found(filled)}


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("month")
    home, said = sent(folder / "sent", 40)
    gateway = by_channel(copy_of(home, folder / "told"))
    for number, (inbox, content) in enumerate(order(said.files, 7)):
        if 0 < number <= len(ACTS):
            list(ACTS.values())[number - 1](gateway)
        gateway.put(inbox, f"{number}", content)
        poll(gateway.context)
    return gateway.snapshot()


def test_a_month_with_everything_that_people_do_has_no_finding(month: Path, tmp_path: Path) -> None:
    gateway = by_channel(copy_of(month, tmp_path / "copy"))
    assert _found(gateway) == []
    gateway.close()
