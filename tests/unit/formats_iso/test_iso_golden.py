"""Every fixture reads as its golden file says; a fixture without one fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import golden


@pytest.mark.parametrize("path", golden.messages(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_fixture_reads_as_its_golden_file_says(path: Path) -> None:
    assert golden.read(path) == json.loads(path.with_suffix(".json").read_text("utf-8"))


def test_no_golden_file_has_lost_its_fixture() -> None:
    goldens = {path for pattern in ("camt05*.v*", "pain002.v*") for path in golden.FIXTURES.glob(f"*/{pattern}.json")}
    assert goldens == {path.with_suffix(".json") for path in golden.messages()}
