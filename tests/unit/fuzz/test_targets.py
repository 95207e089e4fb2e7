"""Every target of the fuzzer over its kept corpus and over every fixture: only our own errors come out of a reader."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from formats.iso20022 import schema

ROOT = Path(__file__).parents[3]
sys.path.append(str(ROOT))
from fuzz.targets import TARGETS  # noqa: E402 - stands beside the packages that are installed

FIXTURES = [path for path in (ROOT / "tests" / "fixtures").glob("*/*") if path.is_file()]

pytestmark = pytest.mark.skipif(bool(schema.missing()), reason="schemas are not installed: make schemas")


@pytest.mark.parametrize("target", TARGETS)
def test_only_our_own_errors_come_out_of_a_reader(target: str) -> None:
    for path in [*FIXTURES, *(ROOT / "fuzz" / "corpus" / target).glob("*")]:
        TARGETS[target](path.read_bytes())
