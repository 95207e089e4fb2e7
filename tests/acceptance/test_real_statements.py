"""Real statements of many banks, imported as those of a partner nobody configured: kept, judged, moving nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from support.command import Result, side_by_side
from support.homes import Home
from support.stages import Stages

from formats.iso20022 import schema

MESSAGES = Path(__file__).parents[3] / "shared" / "data" / "messages"
REAL = (
    "OCA-bank-statement-import/test-camt054",
    "Subite-eu-camt-to-coda/2024-03-18.xml",
    "Subite-eu-camt-to-coda/CAMT_054__2024-03-15.xml",
    "genkgo-camt/camt053.v3.xml",
    "moov-io-iso20022/FI_camt_053_sample.xml.xml",
    "railslove-ebicsbox/camt_statement_with_trx_ids.xml",
    "schulluk-ebicsclient/camt053_zkb_sample.xml",
    "stanisci-libeufin/10_camt054_Return_Detailavisierung_mit_Einzelbuchung_v2009.xml",
    "stanisci-libeufin/postfinance_camt053.xml",
    "viafintech-camt_parser/valid_example_with_datetime.xml",
)


@pytest.fixture(scope="module")
def index() -> dict[str, dict[str, str]]:
    """What an independent look at each message found: path -> row of ``INDEX.tsv``."""
    if not MESSAGES.is_dir():
        pytest.skip("the real messages are not beside this repository: ../shared/data/messages")
    with (MESSAGES / "INDEX.tsv").open(newline="") as file:
        return {row["path"]: row for row in csv.DictReader(file, delimiter="\t")}


@pytest.fixture(scope="module")
def imports(
    index: dict[str, dict[str, str]], sqlite_stages: Stages, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Result]]:
    """All of them in one home."""
    with sqlite_stages.copy("new", tmp_path_factory.mktemp("real")) as home:
        yield side_by_side(lambda name: bring(home, name), REAL)


@pytest.mark.parametrize("name", REAL)
def test_real_statement_of_an_unknown_partner_is_kept_with_its_findings(
    imports: dict[str, Result], index: dict[str, dict[str, str]], name: str
) -> None:
    imported = imports[name]
    assert imported.code == 3
    assert imported.json["message"] == index[name]["message"]
    assert imported.json["state"] == "processed"
    assert imported.json["entries"] == entries_in(MESSAGES / name)
    assert imported.json["moved"] == {}
    assert imported.json["exceptions"] == ["unproven_statement"]
    if index[name]["message"] in {each.message for each in schema.installed()}:
        assert bool(imported.json["findings"]) == (index[name]["valid"] == "no")


def bring(home: Home, name: str) -> Result:
    return home.chitra("statement", "import", MESSAGES / name, "--partner", "SOMEBANK")


def entries_in(path: Path) -> int:
    """Counted by XPath, without our reader."""
    count = etree.parse(path).xpath("count(//*[local-name() = 'Ntry'])")
    assert isinstance(count, float)
    return int(count)
