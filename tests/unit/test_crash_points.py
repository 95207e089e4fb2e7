"""Crash points are off in production, and every one stands in the documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.domain import crash

ROOT = Path(__file__).parents[2]


def product() -> Iterator[str]:
    """The source of every module that is installed."""
    for room in ("gateway", "formats", "keys", "adapters"):
        yield from (path.read_text(encoding="utf-8") for path in sorted((ROOT / room).rglob("*.py")))


def test_every_crash_point_stands_in_the_documentation() -> None:
    named = {name for source in product() for name in re.findall(r'crash_point\(f?"([^"]+)"\)', source)}
    page = (ROOT / "docs" / "crash-points.md").read_text(encoding="utf-8")
    shown = {re.sub(r"\{(\w+)\}", lambda found: found[1].upper(), name) for name in named}
    assert len(shown) > 10
    assert {name for name in shown if f"`{name}`" not in page and not is_of_an_operation(name, page)} == set()


def is_of_an_operation(name: str, page: str) -> bool:
    """Whether the page says it once for all operations."""
    operation, _, rest = name.partition(" ")
    return f"`{operation}`" in page and f"`OPERATION {rest}`" in page


def test_no_product_code_listens_at_crash_points() -> None:
    assert [source for source in product() if re.search(r"crash\.listen\(|import listen\b", source)] == []


def test_a_listener_is_told_every_point(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(crash, "_listener", crash._listener)
    crash.listen(told.append)
    crash.crash_point("here")
    assert told == ["here"]


def test_nothing_happens_without_a_listener() -> None:
    crash.crash_point("anywhere")
