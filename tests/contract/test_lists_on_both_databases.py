"""Every list query, narrowed and not, on both databases: PostgreSQL wants to know the type of every parameter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support.stores import establish, open_store, sqlite_url

from gateway.domain.errors import NotFound
from gateway.store import batches, browse
from gateway.store.store import Store

SINCE = "2026-01-01"
LISTS: dict[str, Callable[..., list[Any]]] = {
    "batches": lambda tx, **given: batches.listing(tx, given.get("state"), given.get("since"), 5),
    "files": partial(browse.files, limit=5),
    "payments": partial(browse.payments, limit=5),
    "statements": partial(browse.statements, limit=5),
    "exceptions": partial(browse.exceptions, limit=5),
}
NARROWED: dict[str, dict[str, str | int]] = {
    "batches": {"state": "ready", "since": SINCE},
    "files": {"state": "sent", "direction": "out", "partner": "p", "since": SINCE},
    "payments": {"state": "sent", "partner": "p", "batch": "b", "since": SINCE},
    "statements": {"state": "ties", "partner": "p", "file_in": 1, "since": SINCE},
    "exceptions": {"state": "open", "kind": "k", "partner": "p", "file_in": 1, "since": SINCE},
}


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        opened: Store = open_store(sqlite_url(tmp_path))
    else:
        opened = establish(open_store(request.getfixturevalue("postgres_url")))
    yield opened
    opened.close()


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_shown_whole_and_narrowed_by_each_condition_and_by_all(store: Store, name: str) -> None:
    each = [{key: value} for key, value in NARROWED[name].items()]
    with store.read() as tx:
        for given in ({}, *each, NARROWED[name]):
            assert LISTS[name](tx, **given) == []


@pytest.mark.parametrize("state", ["differs", "open"])
def test_statements_are_listed_by_what_their_balances_say(store: Store, state: str) -> None:
    with store.read() as tx:
        assert browse.statements(tx, 5, state) == []


@pytest.mark.parametrize(
    ("find", "key"),
    [(browse.payment, "NONE"), (browse.statement, 1), (browse.exception, 1)],
    ids=lambda each: getattr(each, "__name__", str(each)),
)
def test_what_is_not_there_is_not_found(store: Store, find: Callable[..., Any], key: str | int) -> None:
    with store.read() as tx, pytest.raises(NotFound):
        find(tx, key)


def test_the_rest_of_what_people_look_at_is_empty_at_first(store: Store) -> None:
    with store.read() as tx:
        assert browse.operators(tx) == []
        assert browse.frozen_partners(tx) == {}
        assert browse.history(tx, "payment", "NONE") == []
        assert browse.findings(tx, 1) == browse.balances(tx, 1) == browse.entries(tx, 1, 5) == []
