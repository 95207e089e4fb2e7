"""Services for the tests that need them, started on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from support.postgres import Cluster, cluster
from support.sshd import Sshd, sshd


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
