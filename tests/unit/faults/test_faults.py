"""Faults 77 to 100: every fixture named by its defect ends as its golden file says, in readers and in the collector."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import faults
from support.faults import PROOFS, Fault

from formats.iso20022 import schema

ALL = faults.faults()
RECEIVED = [fault for fault in ALL if fault.is_received]
PAGE = Path(__file__).parents[3] / "docs" / "faults.md"
SIGNATURE_FORMS = {88, 89}
"""Shown by forgeries of whole documents, in ``tests/unit/keys``."""

pytestmark = [
    pytest.mark.skipif(bool(schema.missing()), reason="schemas are not installed: make schemas"),
    pytest.mark.filterwarnings("ignore:Duplicate name"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return faults.sent_home(tmp_path_factory.mktemp("faults"))


@pytest.mark.parametrize("fault", ALL, ids=lambda fault: fault.name)
def test_fault_is_read_as_its_golden_file_says(fault: Fault, tmp_path: Path) -> None:
    assert faults.reader_outcome(fault, tmp_path) == fault.expected()["files"]


@pytest.mark.parametrize("proof", PROOFS)
@pytest.mark.parametrize("fault", RECEIVED, ids=lambda fault: fault.name)
def test_fault_that_a_partner_sends_ends_as_its_golden_file_says(
    fault: Fault, proof: str, home: Path, tmp_path: Path
) -> None:
    assert faults.collector_outcome(fault, proof, home, tmp_path / "copy") == fault.expected()[proof]


def test_every_fault_of_a_file_has_a_fixture_and_a_row_on_its_page() -> None:
    rows = {int(number) for number in re.findall(r"^\| (\d+) \|", PAGE.read_text("utf-8"), re.MULTILINE)}
    assert rows == set(range(77, 101))
    assert {fault.number for fault in ALL} | SIGNATURE_FORMS == rows


def test_no_golden_file_has_lost_its_fixture() -> None:
    assert {path.name for path in faults.FOLDER.glob("*.json")} == {fault.golden.name for fault in ALL}
