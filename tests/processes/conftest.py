"""A warmed process to fork workers from, and an exchange on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.exchanges import Exchange, exchange, warm
from support.postgres import Cluster
from support.stores import PostgresTemplate


@pytest.fixture(scope="session")
def warmed(tmp_path_factory: pytest.TempPathFactory) -> None:
    warm(tmp_path_factory.mktemp("warm"))


@pytest.fixture(scope="session")
def postgres_template(postgres_cluster: Cluster) -> Iterator[PostgresTemplate]:
    with postgres_cluster.database() as url:
        yield PostgresTemplate(url)


@pytest.fixture
def on_sqlite(warmed: None) -> Iterator[Exchange]:
    with exchange() as place:
        yield place


@pytest.fixture
def on_postgresql(warmed: None, postgres_template: PostgresTemplate) -> Iterator[Exchange]:
    with postgres_template.copy() as url, exchange(url) as place:
        yield place


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Exchange:
    """On each database."""
    found = request.getfixturevalue(f"on_{request.param}")
    assert isinstance(found, Exchange)
    return found
