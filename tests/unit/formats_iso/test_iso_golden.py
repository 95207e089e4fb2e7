"""Every fixture reads as its golden file says; a fixture without one fails."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from support import golden
from support.pain001_values import TRANSFER, rendered

from formats.iso20022.pain001 import Account, Agent, Party


@pytest.mark.parametrize("path", golden.messages(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_fixture_reads_as_its_golden_file_says(path: Path) -> None:
    assert golden.read(path) == json.loads(path.with_suffix(".json").read_text("utf-8"))


def test_no_golden_file_has_lost_its_fixture() -> None:
    goldens = {path for pattern in ("camt05*.v*", "pain002.v*") for path in golden.FIXTURES.glob(f"*/{pattern}.json")}
    assert goldens == {path.with_suffix(".json") for path in golden.messages()}


@pytest.mark.parametrize("version", ["03", "09", "12"])
def test_m5_the_values_of_the_golden_message_are_rendered_as_its_very_bytes(version: str) -> None:
    transfers = [
        TRANSFER,
        replace(
            TRANSFER,
            instruction_id="I0000000002",
            end_to_end_id="E0000000002",
            uetr=None,
            amount=720_000,
            creditor=Party("TRAN VAN AN & CON"),
            creditor_account=Account("0901234567", "MSISDN"),
            creditor_agent=Agent(),
            purpose=None,
            remittance=None,
            ultimate_creditor=Party("TRAN THI BE"),
        ),
    ]
    if version == "03":
        transfers[0] = replace(TRANSFER, uetr=None)
    content, _ = rendered(transfers, f"pain.001.001.{version}")
    assert content == (golden.FIXTURES / "generic" / f"pain001.v{version}.bank-and-wallet.xml").read_bytes()
