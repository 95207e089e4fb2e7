"""Services for the tests that need them, started on demand; and temporary files in memory."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.postgres import Cluster, cluster
from support.sshd import Sshd, sshd

_LONGEST_FIRST = ("processes", "stateful", "simulation", "acceptance", "contract")
"""Folders whose files take long begin first, so that no core of ``make test`` waits for the last of them."""


_MEMORY = Path("/dev/shm")
_MEMORY_BYTES_MIN = 4 << 30


def pytest_configure() -> None:
    """Temporary files are in memory where there is room: no test is about what a disk keeps, and each waits for it."""
    if "TMPDIR" not in os.environ and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _MEMORY_BYTES_MIN:
        os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)


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
