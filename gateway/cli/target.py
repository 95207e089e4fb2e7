"""Files that a command writes for a person."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
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


@contextmanager
def new_files(path: Path) -> Iterator[Callable[[str], AbstractContextManager[BinaryIO]]]:
    """Files by name in a folder that did not exist, or one without a name; all gone again when something fails."""

    def new(name: str) -> AbstractContextManager[BinaryIO]:
        if name and not made:
            _make_folder(path)
        made.append(name)
        return new_file(path / name if name else path)

    made: list[str] = []
    try:
        yield new
    except BaseException:
        if any(made):
            shutil.rmtree(path, ignore_errors=True)
        elif made:
            path.unlink(missing_ok=True)
        raise


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        raise Refusal("file_exists", path=str(path)) from None
    except OSError as error:
        raise Refusal("cannot_write", path=str(path), reason=error.strerror or "") from None
