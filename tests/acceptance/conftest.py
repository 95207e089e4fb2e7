"""Homes on both databases, with partners behind Debian's OpenSSH server; built once, copied for every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.homes import Home, build, copied, served
from support.postgres import Cluster


@pytest.fixture(scope="session")
def embedded_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home on SQLite, as ``chitra init --sandbox`` makes it."""
    return build(tmp_path_factory.mktemp("homes") / "sqlite")


@pytest.fixture(scope="session")
def postgres_home(tmp_path_factory: pytest.TempPathFactory, postgres_cluster: Cluster) -> Iterator[Home]:
    with postgres_cluster.database() as url:
        yield build(tmp_path_factory.mktemp("homes") / "postgresql", url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def home(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Home]:
    """A home of this test on each database, its partners not served."""
    with _copy(database, tmp_path, request) as mine:
        yield mine


@pytest.fixture
def served_home(home: Home) -> Iterator[Home]:
    with served(home):
        yield home


@pytest.fixture
def sqlite_home(embedded_home: Home, tmp_path: Path) -> Iterator[Home]:
    """A home on SQLite only, where the database makes no difference."""
    with copied(embedded_home, tmp_path / "home") as mine:
        yield mine


@pytest.fixture
def served_sqlite_home(sqlite_home: Home) -> Iterator[Home]:
    with served(sqlite_home):
        yield sqlite_home


@contextmanager
def _copy(database: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Home]:
    fixture: Callable[[str], object] = request.getfixturevalue
    if database == "sqlite":
        original, cluster = fixture("embedded_home"), None
    else:
        original, cluster = fixture("postgres_home"), fixture("postgres_cluster")
    assert isinstance(original, Home)
    assert cluster is None or isinstance(cluster, Cluster)
    with copied(original, folder / "home", cluster) as mine:
        yield mine
