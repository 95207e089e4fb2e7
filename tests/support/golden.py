"""Golden files: what a reader makes of a fixture, as JSON beside it.

``python tests/support/golden.py`` writes those that are missing; look at each before you commit it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, BinaryIO

from formats.iso20022 import acmt, camt, pain002

FIXTURES = Path(__file__).parents[1] / "fixtures"
READERS: dict[str, Callable[[BinaryIO], Iterable[Any]]] = {
    "acmt": acmt.read,
    "camt": camt.read,
    "pain": pain002.read,
}
_MESSAGES = ("acmt0*.v*", "camt05*.v*", "pain002.v*")


def messages() -> list[Path]:
    """Fixtures named ``camt053.v08.<trait>.xml``, ``pain002...`` or ``acmt024...``, of every partner."""
    return sorted(path for pattern in _MESSAGES for path in FIXTURES.glob(f"*/{pattern}.xml"))


def goldens() -> set[Path]:
    """All golden files."""
    return {path for pattern in _MESSAGES for path in FIXTURES.glob(f"*/{pattern}.json")}


def read(path: Path) -> list[dict[str, Any]]:
    """Every item of the message as plain JSON, values that are None or empty left out."""
    with path.open("rb") as source:
        return [{"is": type(item).__name__, **_plain(item)} for item in READERS[path.name[:4]](source)]


def _plain(value: Any) -> Any:
    """Records of both kinds by the names of their fields."""
    if is_dataclass(value):
        return _named(value, [field.name for field in fields(value)])
    if isinstance(value, tuple):
        return _named(value, value._fields) if hasattr(value, "_fields") else [_plain(each) for each in value]
    if isinstance(value, bytes):
        return value.decode()
    return value if isinstance(value, (str, int)) else str(value)


def _named(record: Any, names: Iterable[str]) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in names}
    return {
        name: _plain(value) for name, value in values.items() if not any(value is each for each in (None, False, ()))
    }


if __name__ == "__main__":
    for path in messages():
        golden = path.with_suffix(".json")
        if not golden.exists():
            golden.write_text(json.dumps(read(path), ensure_ascii=False, indent=1) + "\n", "utf-8")
