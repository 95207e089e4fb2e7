"""The migrations make exactly the declared tables, on both databases, and may be run again."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel
from support.stores import CountedStore, establish, open_store

from gateway.domain.errors import NotConfigured
from gateway.store import revision, schema

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(params=DATABASES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> CountedStore:
    """A store on a database without tables."""
    if request.param == "sqlite":
        return open_store(f"sqlite:///{tmp_path / 'chitra.db'}", folder=tmp_path)
    return open_store(request.getfixturevalue("postgres_url"), folder=tmp_path)


def _triggers(store: CountedStore) -> set[str]:
    sql = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[store.dialect.name]
    with store.engine.connect() as connection:
        return {row[0] for row in connection.execute(text(sql))}


def test_d6_the_migrated_database_is_exactly_the_declared_tables(empty: CountedStore) -> None:
    schema.upgrade(empty)
    with empty.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), SQLModel.metadata) == []


def test_both_databases_have_the_same_triggers(tmp_path: Path, postgres_url: str) -> None:
    names = []
    for url in (f"sqlite:///{tmp_path / 'chitra.db'}", postgres_url):
        store = open_store(url, folder=tmp_path)
        schema.upgrade(store)
        names.append(_triggers(store))
        store.close()
    assert names[0] == names[1]
    assert len(names[0]) >= 20


def test_d6_an_upgrade_may_be_repeated_and_keeps_rows_and_triggers(empty: CountedStore) -> None:
    establish(empty)
    before = _triggers(empty)
    assert schema.upgrade(empty) == revision.revision(empty)
    assert _triggers(empty) == before
    with empty.read() as tx:
        assert tx.value("SELECT instance FROM instance") == "TEST00"


_OLD_RECALL = (7, 1, 2, 3, "TECH", "2026-11-02T08:00:00+07:00")
_OLD_ANSWER = (9, 7, 4, "CAMT029-1", "2026-11-03T08:00:00+07:00", "accepted", "LEGL")


def test_d6_recalls_from_before_the_gateways_own_are_kept_whole(empty: CountedStore) -> None:
    with empty.connected(writing=True) as connection:
        _without_references(connection)
        with connection.begin():
            _upgrade(connection, "0012")
            for table, row in (("recall", _OLD_RECALL), ("recall_answer", _OLD_ANSWER)):
                connection.execute(text(f"INSERT INTO {table} VALUES {row}"))
            _upgrade(connection, "0013")
            assert [tuple(row) for row in connection.execute(text("SELECT * FROM recall"))] == [_OLD_RECALL]
            assert [tuple(row) for row in connection.execute(text("SELECT * FROM recall_answer"))] == [_OLD_ANSWER]
            assert not [name for name in inspect(connection).get_table_names() if name.endswith("_before")]


def _without_references(connection: Connection) -> None:
    """Rows may name others that are not there."""
    off = {"sqlite": "PRAGMA foreign_keys = OFF", "postgresql": "SET session_replication_role = replica"}
    connection.connection.cursor().execute(off[connection.dialect.name])


def _upgrade(connection: Connection, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def test_the_revision_that_commands_ask_for_is_the_last_migration() -> None:
    folder = Path(schema.__file__).parent / "migrations" / "versions"
    assert max(path.name.split("_")[0] for path in folder.glob("*.py")) == revision.NEWEST


def test_an_empty_database_is_refused_for_work(empty: CountedStore) -> None:
    assert revision.revision(empty) is None
    with pytest.raises(NotConfigured, match="database_outdated"):
        revision.require_current(empty)
    schema.upgrade(empty)
    revision.require_current(empty)


def test_d6_a_failing_upgrade_leaves_the_database_as_it_was(
    empty: CountedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_dialect: str) -> str:
        return "CREATE TRIGGER nonsense BEFORE UPDATE ON nowhere;\n"

    monkeypatch.setattr(schema, "_trigger_sql", broken)
    with pytest.raises(Exception, match=r"nowhere|syntax"):
        schema.upgrade(empty)
    assert revision.revision(empty) is None


def test_an_unknown_kind_of_database_is_one_clear_error() -> None:
    with pytest.raises(NotConfigured, match="database_url_unknown"):
        open_store("mysql://somewhere/db")


def test_an_unreachable_database_is_one_clear_error() -> None:
    store = open_store("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(NotConfigured, match="database_unreachable"), store.read():
        pass
