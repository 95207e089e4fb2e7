"""Homes on both databases, with partners behind Debian's OpenSSH server; each stage is built once, then copied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.homes import Home, served
from support.postgres import Cluster
from support.stages import Stages


@pytest.fixture(scope="session")
def sqlite_stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    with ExitStack() as stack:
        yield Stages(tmp_path_factory.mktemp("sqlite"), None, stack)


@pytest.fixture(scope="session")
def postgresql_stages(tmp_path_factory: pytest.TempPathFactory, postgres_cluster: Cluster) -> Iterator[Stages]:
    with ExitStack() as stack:
        yield Stages(tmp_path_factory.mktemp("postgresql"), postgres_cluster, stack)


@pytest.fixture(params=["sqlite", "postgresql"])
def stages(request: pytest.FixtureRequest) -> Stages:
    """On each database."""
    chosen = request.getfixturevalue(f"{request.param}_stages")
    assert isinstance(chosen, Stages)
    return chosen


@pytest.fixture
def home(stages: Stages, tmp_path: Path) -> Iterator[Home]:
    """A new home on each database, its partners not served."""
    with stages.copy("new", tmp_path) as mine:
        yield mine


@pytest.fixture
def submitted_home(stages: Stages, tmp_path: Path) -> Iterator[Home]:
    """A home on each database with a batch that waits for the checkers."""
    with stages.copy("submitted", tmp_path) as mine:
        yield mine


@pytest.fixture
def approved_home(stages: Stages, tmp_path: Path) -> Iterator[Home]:
    """A home on each database with an approved batch and its partners behind OpenSSH."""
    with stages.copy("approved", tmp_path) as mine, served(mine):
        yield mine


@pytest.fixture
def sqlite_home(sqlite_stages: Stages, tmp_path: Path) -> Iterator[Home]:
    """A new home on SQLite only, where the database makes no difference."""
    with sqlite_stages.copy("new", tmp_path) as mine:
        yield mine


@pytest.fixture
def approved_sqlite_home(sqlite_stages: Stages, tmp_path: Path) -> Iterator[Home]:
    with sqlite_stages.copy("approved", tmp_path) as mine, served(mine):
        yield mine
