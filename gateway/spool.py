"""Scratch files and identifiers of this process."""

from __future__ import annotations

import os
import tempfile
import uuid
from pathlib import Path
from typing import BinaryIO, cast


class FolderSpool:
    """Unnamed files in a private folder of the home: gone with the process, whatever happens."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self) -> BinaryIO:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        return cast(BinaryIO, tempfile.TemporaryFile(dir=self._folder))


class RandomIds:
    """The Ids port from the system's random numbers."""

    def uetr(self) -> str:
        return str(uuid.UUID(bytes=os.urandom(16), version=4))
