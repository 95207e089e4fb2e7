"""Every fixture reads as its golden file says; a fixture without one fails."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from support import acmt_values, golden, versions
from support.pain001_values import TRANSFER, rendered

from formats.iso20022 import schema
from formats.iso20022.pain001 import Account, Agent, Party

needs_schemas = pytest.mark.skipif(bool(schema.missing()), reason="schemas are not installed: make schemas")


@pytest.mark.parametrize("path", golden.messages(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_fixture_reads_as_its_golden_file_says(path: Path) -> None:
    assert golden.read(path) == json.loads(path.with_suffix(".json").read_text("utf-8"))


def test_no_golden_file_has_lost_its_fixture() -> None:
    assert golden.goldens() == {path.with_suffix(".json") for path in golden.messages()}


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


@pytest.mark.parametrize(
    ("name", "content"),
    [("acmt007.v05.person", acmt_values.opened()[0]), ("acmt023.v04.bank-and-wallet", acmt_values.asked()[0])],
)
def test_m5_the_values_of_the_golden_account_messages_are_rendered_as_their_very_bytes(
    name: str, content: bytes
) -> None:
    assert content == (golden.FIXTURES / "generic" / f"{name}.xml").read_bytes()


VERSIONS = list(versions.fixtures())


@needs_schemas
@pytest.mark.parametrize(("file", "message", "content"), VERSIONS, ids=[file for file, _, _ in VERSIONS])
def test_every_version_is_shown_by_a_message_that_is_valid_by_its_schema(file: str, message: str, content: str) -> None:
    assert schema.findings(BytesIO(content.encode()), message) == []
    assert (versions.FOLDER / file).read_text("utf-8") == content


def test_a_statement_says_the_same_in_every_version_from_the_eighth_on() -> None:
    goldens = [versions.FOLDER / f"camt053.v{number:02d}.everything.json" for number in range(8, 15)]
    told = {path.read_text("utf-8").replace(f"camt.053.001.{path.name[9:11]}", "version") for path in goldens}
    assert len(told) == 1


@pytest.mark.parametrize("path", sorted(versions.FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_nothing_of_a_message_that_shows_its_version_is_left_unread(path: Path) -> None:
    assert "raw" not in path.read_text("utf-8")
