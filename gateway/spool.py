"""Scratch files and identifiers of this process."""

from __future__ import annotations

import errno
import io
import os
import secrets
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from gateway.domain.errors import Refusal


class FolderSpool:
    """Unnamed files in a private folder of the home: gone with the process, whatever happens.

    A full disk, or too many open files, is said in words: nothing is half done, and the step is tried again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self) -> BinaryIO:
        with _translated():
            self._folder.mkdir(mode=0o700, exist_ok=True)
            descriptor, path = tempfile.mkstemp(dir=self._folder)
            os.unlink(path)
            return cast(BinaryIO, io.BufferedRandom(_Scratch(descriptor, "r+b")))


class _Scratch(io.FileIO):
    def write(self, data: Any, /) -> Any:
        with _translated():
            return super().write(data)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Refusal("spool_trouble", reason=errno.errorcode.get(error.errno or 0, "OSError")) from error


class RandomIds:
    """The Ids port from the system's random numbers."""

    def uetr(self) -> str:
        return str(uuid.UUID(bytes=os.urandom(16), version=4))

    def leap(self) -> int:
        return secrets.randbelow(2**30)
