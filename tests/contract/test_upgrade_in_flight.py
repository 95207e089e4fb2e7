"""A schema upgrade while files are on their way: each goes on where it stood, by its own bytes, once (D6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text
from support.gateways import Gateway, row
from support.postgres import Cluster
from support.stores import open_store

from gateway.domain.errors import RemoteRefused, RemoteUnknown
from gateway.ports import Transport
from gateway.store import audit, schema
from gateway.usecases import integrity
from gateway.usecases.allocate import allocate

BEFORE = "0021"
"""The oldest revision that can hold all that a gateway of today writes into these tables."""


@pytest.fixture
def older(gateway: Gateway, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Gateway]]:
    """The same gateway as a version of then would have left it, not upgraded yet."""
    with ExitStack() as stack:

        def make() -> Gateway:
            url = f"sqlite:///{tmp_path / 'older.db'}"
            if gateway.store.dialect.name == "postgresql":
                cluster: Cluster = request.getfixturevalue("postgres_cluster")
                url = stack.enter_context(cluster.database())
            with closing(open_store(url, folder=tmp_path)) as store, store.connected(writing=True) as connection:
                off = {"sqlite": "PRAGMA foreign_keys = OFF", "postgresql": "SET session_replication_role = replica"}
                connection.connection.cursor().execute(off[store.dialect.name])
                with connection.begin():
                    schema.lay_tables(connection, BEFORE)
                    _copy(gateway, connection)
            return stack.enter_context(closing(Gateway(gateway.folder, url, gateway.clock)))

        yield make


def _copy(gateway: Gateway, target: Connection) -> None:
    for table in set(inspect(target).get_table_names()) - {"alembic_version"}:
        columns = [column["name"] for column in inspect(target).get_columns(table)]
        names, values = (", ".join(f"{mark}{each}{mark}" for each in columns) for mark in ('"', ""))
        places = ", ".join(f":{each}" for each in values.split(", "))
        if rows := [dict(each._mapping) for each in gateway.rows(f'SELECT {names} FROM "{table}"')]:
            target.execute(text(f'INSERT INTO "{table}" ({names}) VALUES ({places})'), rows)


class Failing:
    """A partner's server at which one operation fails: before it is done, or with its answer lost."""

    def __init__(self, inner: Transport, operation: str, *, is_done: bool) -> None:
        self._inner, self._operation, self._is_done = inner, operation, is_done

    def __getattr__(self, name: str) -> object:
        return self._fail if name == self._operation else getattr(self._inner, name)

    def _fail(self, *given: object) -> object:
        if not self._is_done:
            raise RemoteRefused("permission_denied")
        getattr(self._inner, self._operation)(*given)
        raise RemoteUnknown("timeout")


def _under_way(gateway: Gateway) -> None:
    """Files in every state that an upgrade can meet; the third was released, and nobody knows what became of it."""
    gateway.approved(row(1))
    gateway.send()
    for number, operation, is_done in ((2, "rename", True), (3, "rename", False), (4, "open_exclusive", False)):
        gateway.approved(row(number))
        gateway.wrap = lambda inner, o=operation, d=is_done: Failing(inner, o, is_done=d)  # type: ignore[assignment,misc]
        gateway.send()
    gateway.wrap = lambda inner: inner
    allocate(gateway.context, gateway.approved(row(5)))
    gateway.approved(row(6))


def test_d6_files_that_were_under_way_before_an_upgrade_go_on_after_it_once(
    gateway: Gateway, older: Callable[[], Gateway]
) -> None:
    _under_way(gateway)
    states = [file.state for file in gateway.files()]
    assert sorted(set(states)) == ["allocated", "sent", "unknown", "uploading"]
    sealed = {file.name: file.sha256 for file in gateway.files() if file.sha256}
    with closing(older()) as after:
        schema.upgrade(after.store)
        assert [file.state for file in after.files()] == states
        assert list(integrity.check(after.context)) == []
        after.send()
        found = after.files()
        assert [file.state for file in found] == ["sent", "sent", "unknown", "sent", "sent", "sent"]
        assert sealed.items() <= {file.name: file.sha256 for file in found}.items()
        there = {name: sha256(content).hexdigest() for name, content in after.outbox().items() if name[0] != "."}
        assert there == {file.name: file.sha256 for file in found if file.state == "sent"}
        with after.store.read() as tx:
            assert audit.first_break(tx) is None
