"""Services for the tests that need them, started on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.postgres import Cluster, cluster
from support.sshd import Sshd, sshd

_LONGEST_FIRST = ("processes", "stateful", "simulation", "acceptance", "contract")
"""Folders whose files take long begin first, so that no core of ``make test`` waits for the last of them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    tests = Path(__file__).parent

    def rank(item: pytest.Item) -> int:
        folder = item.path.relative_to(tests).parts[0]
        return _LONGEST_FIRST.index(folder) if folder in _LONGEST_FIRST else len(_LONGEST_FIRST)

    items.sort(key=rank)


@pytest.fixture
def sshd_factory() -> Iterator[Callable[..., Sshd]]:
    """``sshd_factory(root, authorized_key, **options)`` starts one OpenSSH server; all stop with the test."""
    with ExitStack() as servers:
        yield lambda root, key, **options: servers.enter_context(sshd(root, key, **options))


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """SQLAlchemy URL of a fresh, empty database."""
    with postgres_cluster.database() as url:
        yield url
