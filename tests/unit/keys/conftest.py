"""Keys that take time to make, made once."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.forgeries import Cast
from support.signatures import NOW, partner

from keys.keyring import Keyring
from keys.passphrase import Passphrase
from keys.signing import SigningKey


@pytest.fixture(scope="session")
def cast() -> Cast:
    return Cast(bank=partner("BANK"), stranger=partner("STRANGER"))


@pytest.fixture(scope="session")
def signing_key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    ring, passphrase = Keyring.create(tmp_path_factory.mktemp("ring") / "keyring"), Passphrase.random()
    ring.generate_signing("payments", "UBND XA THACH THAT", passphrase, now=NOW)
    return ring.signer("payments", passphrase)


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    return Keyring.create(tmp_path / "keyring")
