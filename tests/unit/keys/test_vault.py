"""Personal data at rest: bound to its row, found again without being revealed."""

from __future__ import annotations

import hmac
import os

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from keys import vault
from keys.errors import BrokenEnvelope
from keys.vault import Vault

SECRET = bytes(range(32))
VAULT = Vault(SECRET)


@given(plaintext=st.binary(max_size=200), context=st.text(max_size=30))
def test_what_was_sealed_opens_with_its_context(plaintext: bytes, context: str) -> None:
    assert VAULT.open(VAULT.seal(plaintext, context), context) == plaintext


def test_an_envelope_moved_to_another_row_does_not_open() -> None:
    with pytest.raises(BrokenEnvelope, match="envelope_broken"):
        VAULT.open(VAULT.seal(b"text", "payment:1"), "payment:2")


def test_every_changed_byte_is_noticed() -> None:
    envelope = VAULT.seal(b"text", "payment:1")
    for position in range(len(envelope)):
        changed = bytearray(envelope)
        changed[position] ^= 1
        with pytest.raises(BrokenEnvelope):
            VAULT.open(bytes(changed), "payment:1")


@pytest.mark.parametrize("size_bytes", [0, 1, 9, 20, 21, 36])
def test_an_envelope_cut_short_does_not_open(size_bytes: int) -> None:
    with pytest.raises(BrokenEnvelope):
        VAULT.open(VAULT.seal(b"", "row")[:size_bytes], "row")


def test_an_envelope_of_another_vault_is_named_as_such() -> None:
    with pytest.raises(BrokenEnvelope, match="envelope_of_another_vault"):
        VAULT.open(Vault(vault.generate()).seal(b"text", "row"), "row")


def test_the_same_text_never_looks_the_same() -> None:
    assert len({VAULT.seal(b"text", "row") for _ in range(1000)}) == 1000


def test_forked_processes_do_not_share_nonces() -> None:
    VAULT.seal(b"", "row")
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writer, VAULT.seal(b"", "row"))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 100)[9:21] != VAULT.seal(b"", "row")[9:21]


@given(value=st.text(max_size=200))
def test_the_blind_index_is_hmac_sha256_under_a_derived_key(value: str) -> None:
    key = HKDFExpand(SHA256(), 32, b"chitra vault 1: blind citizen_id").derive(SECRET)
    assert VAULT.blind("citizen_id", value) == hmac.digest(key, value.encode(), "sha256")


def test_blind_indexes_differ_by_purpose_and_by_vault() -> None:
    value = "001099012345"
    other = Vault(vault.generate())
    assert len({VAULT.blind("id", value), VAULT.blind("account", value), other.blind("id", value)}) == 3
    assert VAULT.blind("id", value) == Vault(SECRET).blind("id", value)


def test_a3_a_broken_envelope_says_nothing_of_its_content() -> None:
    with pytest.raises(BrokenEnvelope) as refused:
        VAULT.open(VAULT.seal(b"Nguyen Van A", "row 1"), "row 2")
    assert "Nguyen" not in repr(refused.value)
    assert SECRET.hex() not in repr(VAULT)
