"""Golden files: what a reader makes of a fixture, as JSON beside it.

``python tests/support/golden.py`` writes those that are missing; look at each before you commit it.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from formats.iso20022 import camt, pain002

FIXTURES = Path(__file__).parents[1] / "fixtures"
READERS = {"camt": camt.read, "pain": pain002.read}


def messages() -> list[Path]:
    """Fixtures named ``camt053.v08.<trait>.xml`` or ``pain002...``, of every partner."""
    return sorted(path for pattern in ("camt05*.v*.xml", "pain002.v*.xml") for path in FIXTURES.glob(f"*/{pattern}"))


def read(path: Path) -> list[dict[str, Any]]:
    """Every item of the message as plain JSON, values that are None or empty left out."""
    with path.open("rb") as source:
        items = [{"is": type(item).__name__, **asdict(item)} for item in READERS[path.name[:4]](source)]
    plain = json.loads(json.dumps(items, default=_text))
    return [_without_empty(item) for item in plain]


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_empty(each) for key, each in value.items() if not _is_empty(each)}
    return [_without_empty(each) for each in value] if isinstance(value, list) else value


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value == []


if __name__ == "__main__":
    for path in messages():
        golden = path.with_suffix(".json")
        if not golden.exists():
            golden.write_text(json.dumps(read(path), ensure_ascii=False, indent=1) + "\n", "utf-8")
