"""Reading a pain.002, by us and by pyiso20022; number of statuses and of refusals are checked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.answers import RETURN_EVERY
from bench.harness import measured


def ours() -> Callable[[Path], Iterator[str | None]]:
    from formats.iso20022 import pain002

    def statuses(path: Path) -> Iterator[str | None]:
        with path.open("rb") as source:
            yield from (item.status for item in pain002.read(source) if isinstance(item, pain002.TransferStatus))

    return statuses


def pyiso20022() -> Callable[[Path], Iterator[str | None]]:
    from pyiso20022.pain.pain_002_001_12 import Document  # type: ignore
    from xsdata.formats.dataclass.parsers import XmlParser  # type: ignore

    def statuses(path: Path) -> Iterator[str | None]:
        (block,) = XmlParser().parse(path, Document).cstmr_pmt_sts_rpt.orgnl_pmt_inf_and_sts
        return (status.tx_sts for status in block.tx_inf_and_sts)

    return statuses


READERS = {"ours": ours, "pyiso20022": pyiso20022}


def read(statuses: Callable[[Path], Iterator[str | None]], count: int, path: Path) -> None:
    with measured():
        seen = list(statuses(path))
    assert (len(seen), seen.count("RJCT")) == (count, count // RETURN_EVERY), "number of statuses or refusals is wrong"


if __name__ == "__main__":
    read(READERS[sys.argv[1]](), int(sys.argv[2]), Path(sys.argv[3]))
