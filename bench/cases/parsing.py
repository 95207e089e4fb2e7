"""What reading a file as XML costs when nothing is taken from it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from xml.parsers.expat import ParserCreate

from lxml import etree

from bench.harness import measured


def with_expat(path: Path) -> None:
    """Without a single handler."""
    with path.open("rb") as source:
        ParserCreate().ParseFile(source)


def with_iterparse(path: Path) -> None:
    """Elements of entries and statuses made, and freed at once."""
    for _, element in etree.iterparse(str(path), events=("end",), tag=("{*}Ntry", "{*}TxInfAndSts")):
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


CASES: dict[str, Callable[[Path], None]] = {"expat": with_expat, "iterparse": with_iterparse}

if __name__ == "__main__":
    with measured():
        CASES[sys.argv[1]](Path(sys.argv[2]))
