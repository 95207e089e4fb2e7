"""Files that a command writes for a person."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from gateway.domain.errors import Refusal


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that did not exist, readable by its owner only; gone again when writing it fails."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise Refusal("file_exists", path=str(path)) from None
    except OSError as error:
        raise Refusal("cannot_write", path=str(path), reason=error.strerror or "") from None
    try:
        with open(descriptor, "wb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise
