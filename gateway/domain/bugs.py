"""Faults of ours are told by kind and place, never by their words, which may quote a person's data (A3)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from traceback import extract_tb
from types import TracebackType


def links(bug: BaseException) -> Iterator[str]:
    """A bug and what it came from, the newest first: its kind, and the places it went through."""
    link: BaseException | None = bug
    while link is not None:
        places = [f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in extract_tb(link.__traceback__)]
        yield ", ".join([type(link).__qualname__, *reversed(places)])
        link = link.__cause__ or link.__context__


def hide_words() -> None:
    """From now on a bug that ends this process is told in this way, instead of as Python does."""
    sys.excepthook = _told


def _told(_kind: type[BaseException], bug: BaseException, _trace: TracebackType | None) -> None:
    print("Traceback (kinds and places only):", *links(bug), sep="\n  ", file=sys.stderr)
