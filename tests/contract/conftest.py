"""One gateway on each database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.gateways import FirstDay, Gateway, new_gateway, row
from support.postgres import Cluster
from support.tampering import Original

from gateway.usecases.allocate import allocate
from gateway.usecases.seal import seal


@pytest.fixture(scope="session")
def postgres_first_day(postgres_cluster: Cluster) -> Iterator[FirstDay]:
    with postgres_cluster.database() as url:
        yield FirstDay(url)


def gateway_on(database: str, request: pytest.FixtureRequest, folder: Path, stack: ExitStack) -> Gateway:
    if database == "postgresql":
        gateway = stack.enter_context(request.getfixturevalue("postgres_first_day").gateway(folder))
    else:
        gateway = new_gateway(folder)
    stack.callback(gateway.close)
    return gateway


@pytest.fixture(params=["sqlite", "postgresql"])
def gateway(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gateway]:
    """An empty gateway with its people, on each database."""
    with ExitStack() as stack:
        yield gateway_on(request.param, request, tmp_path, stack)


@pytest.fixture
def on_postgres(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gateway]:
    with ExitStack() as stack:
        yield gateway_on("postgresql", request, tmp_path, stack)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def sealed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Two payments in one sealed file; for tests whose every change is refused."""
    with ExitStack() as stack:
        gateway = gateway_on(request.param, request, tmp_path_factory.mktemp("sealed"), stack)
        (file,) = allocate(gateway.context, gateway.approved(row(1), row(2)))
        seal(gateway.context, file)
        yield gateway


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def original(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Original]:
    """An empty gateway with its people, on each database."""
    with ExitStack() as stack:
        gateway = gateway_on(request.param, request, tmp_path_factory.mktemp("original"), stack)
        on_postgres = request.param == "postgresql"
        yield Original(gateway, request.getfixturevalue("postgres_cluster") if on_postgres else None)
