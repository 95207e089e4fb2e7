"""Verified bytes: made only by keys, served from the start to every reader."""

from __future__ import annotations

import io
import tempfile
from dataclasses import FrozenInstanceError, replace
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import pytest
from support.signatures import TemporarySpool

from keys.trust import accept_channel, accept_unproven
from keys.verified import Verified

BYTES = bytes(range(256)) * 5000


def test_t1_nobody_else_makes_a_verified() -> None:
    with pytest.raises(TypeError, match="only keys"):
        Verified("enveloped", "", 0, "", None, io.BytesIO(), object())


def test_t1_a_verified_cannot_be_altered() -> None:
    verified = accept_channel(io.BytesIO(BYTES), TemporarySpool())
    with pytest.raises(FrozenInstanceError):
        verified.proof = "enveloped"  # type: ignore[misc]
    with pytest.raises(ValueError, match="maker"):
        replace(verified, proof="enveloped")


def test_t9_the_channel_and_the_lack_of_proof_are_said_openly() -> None:
    assert accept_channel(io.BytesIO(BYTES), TemporarySpool()).proof == "channel"
    assert accept_unproven(io.BytesIO(BYTES), TemporarySpool()).proof == "none"


class MemorySpool:
    def create(self) -> BinaryIO:
        return io.BytesIO()


@pytest.mark.parametrize("spool", [TemporarySpool(), MemorySpool()])
def test_readers_are_independent(spool: TemporarySpool | MemorySpool) -> None:
    with accept_channel(io.BytesIO(BYTES), spool) as verified:
        first, second = verified.open(), verified.open()
        assert first.read(1000) == BYTES[:1000]
        assert second.read() == BYTES
        assert first.read() == BYTES[1000:]
        assert first.seek(-10, io.SEEK_END) == len(BYTES) - 10
        assert first.read() == BYTES[-10:]


def test_t2_later_changes_of_the_source_do_not_reach_the_readers(tmp_path: Path) -> None:
    path = tmp_path / "received"
    path.write_bytes(BYTES)
    with path.open("rb") as source:
        verified = accept_channel(source, TemporarySpool())
    path.write_bytes(b"forged")
    assert verified.open().read() == BYTES


def test_hash_and_size_are_those_of_what_is_served() -> None:
    verified = accept_channel(io.BytesIO(BYTES), TemporarySpool())
    assert verified.sha256 == sha256(verified.open().read()).hexdigest()
    assert verified.size_bytes == len(BYTES)


def test_leaving_the_context_gives_the_scratch_file_back() -> None:
    file = tempfile.TemporaryFile()  # noqa: SIM115

    class OneFile:
        def create(self) -> BinaryIO:
            return file

    with accept_channel(io.BytesIO(BYTES), OneFile()):
        assert not file.closed
    assert file.closed
