"""Passphrases do not show, and come only from safe files."""

from __future__ import annotations

import copy
import os
import pickle
from pathlib import Path

import pytest

from keys.errors import BadKey, KeyExists, KeyMissing, UnsafeFile
from keys.passphrase import Passphrase

SECRET = b"correct horse battery"


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{!r}".format])
def test_a3_a_passphrase_has_no_readable_form(show: object) -> None:
    assert callable(show)
    assert "correct" not in show(Passphrase.of(SECRET))


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a3_a_passphrase_cannot_be_copied_away(duplicate: object) -> None:
    assert callable(duplicate)
    with pytest.raises(TypeError):
        duplicate(Passphrase.of(SECRET))


def test_a_saved_passphrase_reads_back(tmp_path: Path) -> None:
    passphrase = Passphrase.random()
    passphrase.save(tmp_path / "passphrase")
    assert Passphrase.from_file(tmp_path / "passphrase").reveal() == passphrase.reveal()
    assert (tmp_path / "passphrase").stat().st_mode & 0o777 == 0o600


def test_saving_never_overwrites(tmp_path: Path) -> None:
    Passphrase.random().save(tmp_path / "passphrase")
    with pytest.raises(KeyExists):
        Passphrase.random().save(tmp_path / "passphrase")


def test_a_file_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "passphrase"
    path.write_bytes(SECRET)
    path.chmod(0o640)
    with pytest.raises(UnsafeFile) as refused:
        Passphrase.from_file(path)
    assert "correct" not in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing, match="key_missing"):
        Passphrase.from_file(tmp_path / "nothing")


@pytest.mark.parametrize("secret", [b"", b"short", b"x" * 73])
def test_a_passphrase_too_short_or_longer_than_bcrypt_reads_is_refused(secret: bytes) -> None:
    with pytest.raises(BadKey, match="passphrase_length"):
        Passphrase.of(secret)


def test_random_passphrases_hold_256_bits_and_differ() -> None:
    assert len(Passphrase.random().reveal()) == 43
    assert Passphrase.random().reveal() != Passphrase.random().reveal()


def test_a_credential_of_the_service_manager_may_be_readable_by_our_group_but_not_by_others(tmp_path: Path) -> None:
    credential = tmp_path / "payments"
    credential.write_bytes(b"correct horse battery\n")
    credential.chmod(0o440)
    assert Passphrase.from_credential(credential).reveal() == b"correct horse battery"
    with pytest.raises(UnsafeFile):
        Passphrase.from_file(credential)
    credential.chmod(0o444)
    with pytest.raises(UnsafeFile):
        Passphrase.from_credential(credential)


def test_a_passphrase_comes_from_a_descriptor_and_is_read_once() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"correct horse battery\n")
    os.close(writing)
    for _key in range(2):
        assert Passphrase.from_descriptor(reading).reveal() == b"correct horse battery"
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(reading)


def test_a_descriptor_that_nobody_opened_is_named() -> None:
    with pytest.raises(BadKey, match="descriptor_unreadable"):
        Passphrase.from_descriptor(987)
