"""Gateways at the stations of a payout, built once and copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.evidence import status
from support.gateways import Gateway, copy_of, new_gateway, row
from support.proofs import proven
from support.successors import returned

from gateway.usecases.allocate import allocate, waiting
from gateway.usecases.seal import seal

ROWS = tuple(row(number) for number in (1, 2, 3, 4))


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway with its people and nothing else."""
    gateway = new_gateway(tmp_path)
    yield gateway
    gateway.close()


@pytest.fixture(scope="session")
def approved_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One payment to one partner, approved, in no file yet."""
    gateway = new_gateway(tmp_path_factory.mktemp("approved"))
    gateway.approved(ROWS[0])
    return gateway.snapshot()


@pytest.fixture(scope="session")
def sealed_home(approved_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same payment in a sealed file, nothing at the partner."""
    gateway = copy_of(approved_home, tmp_path_factory.mktemp("sealed"))
    (batch,) = waiting(gateway.context)
    (file,) = allocate(gateway.context, batch)
    seal(gateway.context, file)
    return gateway.snapshot()


@pytest.fixture(scope="session")
def sent_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four payments in one file that the partner has taken away."""
    gateway = new_gateway(tmp_path_factory.mktemp("sent"))
    gateway.approved(*ROWS)
    gateway.send()
    for name in gateway.outbox():
        (gateway.place() / "in" / name).unlink()
    return gateway.snapshot()


@pytest.fixture
def sent(sent_home: Path, tmp_path: Path) -> Iterator[Gateway]:
    gateway = copy_of(sent_home, tmp_path)
    yield gateway
    gateway.close()


@pytest.fixture
def sealed(sealed_home: Path, tmp_path: Path) -> Iterator[Gateway]:
    gateway = copy_of(sealed_home, tmp_path)
    yield gateway
    gateway.close()


@pytest.fixture(scope="session")
def bundle(sent_home: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The proof of a returned payment, with an answer."""
    gateway = copy_of(sent_home, tmp_path_factory.mktemp("proof"))
    status(gateway, transfers=((gateway.end_to_end_id(), "ACSP", None),))
    returned(gateway)
    found = proven(gateway)
    gateway.close()
    return found
