"""Where another role owns the tables, the gateway's own can do its work in PostgreSQL, and nothing else (T3, A2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel
from support.gateways import Gateway, row
from support.postgres import OWNER, WORKER, as_role
from support.stores import open_store

from gateway.doctor import database_role
from gateway.domain.errors import NotConfigured, Refusal
from gateway.store import grants, schema
from gateway.store.integrity import shape
from gateway.store.store import Store
from gateway.usecases.allocate import allocate
from gateway.usecases.seal import seal

_DENIED = "42501"
_NEVER_CHANGED = ("audit", "blob", "history", "approval", "wire_object", "detail", "balance", "resolution")


@pytest.fixture
def worker(on_postgres: Gateway) -> Iterator[Store]:
    """The gateway's own role, on a database with a sealed file."""
    (file,) = allocate(on_postgres.context, on_postgres.approved(row(1)))
    seal(on_postgres.context, file)
    grants.give(on_postgres.store, WORKER)
    with closing(open_store(as_role(on_postgres.url, WORKER))) as store:
        yield store


def _denied(store: Store, sql: str) -> None:
    with pytest.raises(DBAPIError, match=rf"\[{_DENIED}\]"), store.engine.begin() as connection:
        connection.execute(text(sql))


@pytest.mark.parametrize("table", _NEVER_CHANGED)
def test_t3_a2_what_never_changes_cannot_be_written_over(worker: Store, table: str) -> None:
    for column in SQLModel.metadata.tables[table].columns:
        _denied(worker, f'UPDATE "{table}" SET "{column.name}" = "{column.name}"')


def test_m2_a2_nothing_that_is_kept_can_be_deleted(worker: Store) -> None:
    for table in sorted(SQLModel.metadata.tables.keys() - grants.DELETED - grants.LOCKED):
        _denied(worker, f'DELETE FROM "{table}"')
    for table in sorted(SQLModel.metadata.tables):
        _denied(worker, f'TRUNCATE "{table}" CASCADE')


def test_m14_m16_what_is_locked_as_a_whole_is_kept_by_triggers(on_postgres: Gateway) -> None:
    kept = {row.name for row in on_postgres.rows("SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal")}
    assert {f"{table}_fixed_delete" for table in grants.LOCKED} <= kept


@pytest.mark.parametrize("column", ["amount", "personal", "account_blind", "partner", "end_to_end_id", "batch_id"])
def test_m12_the_content_of_a_payment_cannot_be_changed(worker: Store, column: str) -> None:
    _denied(worker, f"UPDATE payment SET {column} = {column}")


@pytest.mark.parametrize("column", ["message_id", "name", "amount", "execution_date", "debtor_account"])
def test_m5_what_makes_a_file_cannot_be_changed(worker: Store, column: str) -> None:
    _denied(worker, f"UPDATE file_out SET {column} = {column}")


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TRIGGER payment_content_fixed ON payment",
        "ALTER TABLE payment DISABLE TRIGGER ALL",
        "ALTER TABLE approval DROP CONSTRAINT ck_approval_four_eyes",
        "DROP TABLE audit CASCADE",
        "CREATE OR REPLACE FUNCTION chitra_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TABLE payment_of_mine (id int)",
        "CREATE FUNCTION lower(text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
        "CREATE TRIGGER mine BEFORE INSERT ON verdict FOR EACH ROW EXECUTE FUNCTION chitra_refuse('')",
        "CREATE RULE mine AS ON INSERT TO audit DO INSTEAD NOTHING",
        "CREATE SCHEMA chitra_work",
        "SET session_replication_role = replica",
        "UPDATE alembic_version SET version_num = '0001'",
        "INSERT INTO instance SELECT * FROM instance",
        f"SET ROLE {OWNER}",
    ],
)
def test_t3_what_protects_the_rows_cannot_be_touched(worker: Store, sql: str) -> None:
    _denied(worker, sql)


@pytest.mark.parametrize("role", ["owner", "worker"])
def test_m9_a_temporary_table_cannot_stand_in_for_the_decision_of_two(
    role: str, worker: Store, on_postgres: Gateway
) -> None:
    """A session finds its own temporary tables first; a trigger must not."""
    store = {"worker": worker, "owner": on_postgres.store}[role]
    with store.engine.connect() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE decision AS SELECT * FROM decision WHERE 1 = 0"))
        connection.execute(_INVENTED)
        with pytest.raises(DBAPIError, match="M11 a verdict needs the decision of two"):
            connection.execute(_VERDICT)


_INVENTED = text(
    "INSERT INTO decision (id, subject, state, verb) SELECT 77, message_id, 'executed', 'file resolve' FROM file_out"
)
_VERDICT = text("INSERT INTO verdict (decision_id, file_id, verdict) SELECT 77, id, 'delivered' FROM file_out")


def test_a_role_that_owns_the_tables_or_may_do_anything_is_refused(on_postgres: Gateway) -> None:
    with pytest.raises(Refusal, match="database_role_owns"):
        grants.give(on_postgres.store, "chitra")
    with on_postgres.store.engine.begin() as connection:
        connection.execute(text(f"GRANT chitra TO {WORKER}"))
    try:
        with pytest.raises(Refusal, match="database_role_owns"):
            grants.give(on_postgres.store, WORKER)
    finally:
        with on_postgres.store.engine.begin() as connection:
            connection.execute(text(f"REVOKE chitra FROM {WORKER}"))


def test_the_worker_is_told_to_name_the_owner(worker: Store) -> None:
    with pytest.raises(NotConfigured, match="database_denied"):
        schema.upgrade(worker)
    with pytest.raises(NotConfigured, match="database_denied"):
        list(shape.differences(worker))


def test_more_than_the_work_needs_is_taken_away_again(worker: Store, on_postgres: Gateway) -> None:
    with on_postgres.store.engine.begin() as connection:
        connection.execute(text(f"GRANT ALL ON audit, payment TO {WORKER}"))
        connection.execute(text(f"GRANT CREATE ON SCHEMA public TO {WORKER}"))
    grants.give(on_postgres.store, WORKER)
    _denied(worker, "UPDATE audit SET actor = 'nobody'")
    _denied(worker, "UPDATE payment SET amount = 1")
    _denied(worker, "CREATE TABLE mine (id int)")


def test_every_column_that_may_change_is_there() -> None:
    for table, columns in grants.CHANGES.items():
        assert set(columns) <= {column.name for column in SQLModel.metadata.tables[table].columns}, table


def test_doctor_refuses_a_role_that_owns_the_tables(on_postgres: Gateway, worker: Store) -> None:
    assert database_role(worker) == {"role": WORKER}
    with pytest.raises(Refusal, match="database_role_owns"):
        database_role(on_postgres.store)


@pytest.mark.parametrize(
    "owner",
    [
        "sqlite:///chitra.db",
        "postgresql+psycopg://chitra_owner@elsewhere/chitra",
        "postgresql+psycopg://chitra_owner@db/other",
    ],
)
def test_the_owner_must_be_one_of_the_same_database(owner: str) -> None:
    assert not grants.is_same_database(owner, "postgresql+psycopg://chitra@db/chitra")
