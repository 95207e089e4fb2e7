"""What a reason of a rejection, return, cancellation or verification means to the payer, and what to do next.

The words stand in ``reasons.csv``, a row for every code of the official sets; a second row with a ``set`` where the
code means something else in that set. They are short and ours; the official description is ``codes.meaning``.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Set = Literal["status_reason", "return_reason", "cancellation_reason", "verification_reason"]


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    en: str
    vi: str
    action: str
    """Stable key of what to do next, such as ``ask_new_account``; ``gateway/cli/messages/reasons.py`` has its words."""


def reason(code: str, of: Set = "status_reason") -> Reason | None:
    """A code in the sense it has in this set; None for a code that is in none of them."""
    return _table().get((code, of)) or _table().get((code, ""))


@cache
def _table() -> Mapping[tuple[str, str], Reason]:
    """(code, set) -> its words; set is empty where the code means the same everywhere."""
    with Path(__file__).with_name("reasons.csv").open(encoding="utf-8", newline="") as lines:
        return {
            (row["code"], row["set"]): Reason(row["code"], row["en"], row["vi"], row["action"])
            for row in csv.DictReader(lines)
        }


def unknown(code: str) -> Reason:
    """A code that stands in no official set: only the bank can tell."""
    return Reason(code, _UNKNOWN_EN, _UNKNOWN_VI, "ask_bank")


_UNKNOWN_EN = "A code of the bank's own; its meaning is not known here."
_UNKNOWN_VI = "Mã riêng của ngân hàng, ở đây chưa rõ ý nghĩa."
