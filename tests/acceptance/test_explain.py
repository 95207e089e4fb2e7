"""``chitra file explain`` on the messages of many banks: counted, summed and judged as an independent look does."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from support.command import chitra

from formats.iso20022 import schema
from formats.iso20022.explain.breaches import _FACETS, breaches
from formats.iso20022.explain.verdict import _RULES

MESSAGES = Path(__file__).parents[3] / "shared" / "data" / "messages"
FILES = sorted(path for path in MESSAGES.glob("*/*") if path.is_file())
NAMES = [path.relative_to(MESSAGES).as_posix() for path in FILES]
UNINSTALLED = "schema-not-installed"

pytestmark = pytest.mark.skipif(not FILES, reason="../shared/data/messages is not here")


@pytest.fixture(scope="module")
def explained() -> Mapping[str, dict[str, Any]]:
    """All of them by one command, without a home."""
    answer = chitra(None, "file", "explain", "--limit", "0", *FILES)
    assert answer.code == 3
    return dict(zip(NAMES, answer.json, strict=True))


@pytest.fixture(scope="module")
def index() -> dict[str, dict[str, str]]:
    with (MESSAGES / "INDEX.tsv").open(newline="") as file:
        return {row["path"]: row for row in csv.DictReader(file, delimiter="\t")}


def test_every_message_is_named_and_counted(
    explained: Mapping[str, dict[str, Any]], index: dict[str, dict[str, str]]
) -> None:
    assert len(explained) == 191
    for name, document in explained.items():
        assert document["version"] == index[name]["message"], name
        assert document["error"] is None


def signed_sum(tree: etree._ElementTree) -> Decimal:
    """Credits minus debits of all entries, as they are written."""
    total = Decimal()
    for element in tree.xpath("//*[local-name()='Ntry']"):
        amount = element.xpath("string(*[local-name()='Amt'])")
        total += Decimal(amount or 0) * {"CRDT": 1, "DBIT": -1}.get(
            element.xpath("string(*[local-name()='CdtDbtInd'])"), 0
        )
    return total


@pytest.mark.parametrize("name", NAMES)
def test_counts_and_sums_equal_plain_xpath(name: str, explained: Mapping[str, dict[str, Any]]) -> None:
    document, tree = explained[name], etree.parse(MESSAGES / name)

    def count(*names: str) -> int:
        return sum(len(tree.xpath("//*[local-name()=$name]", name=each)) for each in names)

    if document["message"] in ("camt.052", "camt.053", "camt.054"):
        assert document["statements"] == count("Stmt", "Rpt", "Ntfctn")
        assert (document["entries"], document["details"]) == (count("Ntry"), count("TxDtls"))
        assert Decimal(document["entry_sum"]) == signed_sum(tree)
        assert sum(len(each["entries"]) for each in document["summary"]["statements"]) == count("Ntry")
    elif document["message"] == "pain.001":
        assert document["transactions"] == count("CdtTrfTxInf")
        said = tree.xpath("string(//*[local-name()='GrpHdr']/*[local-name()='CtrlSum'])")
        assert (document["control_sum"] or "") == said
    elif document["message"] == "pain.002":
        assert document["transactions"] == count("TxInfAndSts")
        assert (document["group_status"] or "") == tree.xpath("string(//*[local-name()='GrpSts'])")
    elif document["message"] == "acmt.007":
        assert document["summary"]["openings_total"] == count("AcctOpngReq")
    else:
        assert document["summary"] is None


SCHEMA_RULES = {
    *("missing-element", "misplaced-element", "schema"),
    *(rule for rule, _params in _FACETS.values()),
    *_RULES.values(),
}


@pytest.mark.parametrize("name", NAMES)
def test_both_libraries_and_the_command_have_one_verdict(name: str, explained: Mapping[str, dict[str, Any]]) -> None:
    version = explained[name]["version"]
    found = {finding["rule"] for finding in explained[name]["findings"]}
    if UNINSTALLED in found:
        pytest.skip(f"no schema of {version} is installed")
    root = etree.parse(MESSAGES / name).getroot()
    passes = schema.compiled(version).validate(root)
    assert passes == (not list(breaches(root, version)))
    assert passes == (not found & SCHEMA_RULES)


def test_a_message_without_its_schema_says_what_to_run(explained: Mapping[str, dict[str, Any]]) -> None:
    missing = {
        each["version"]: finding["message"]
        for each in explained.values()
        for finding in each["findings"]
        if finding["rule"] == UNINSTALLED
    }
    assert not set(missing) & {row.message for row in schema.installed()}
    assert all("chitra schemas install" in message for message in missing.values())


def test_only_names_that_are_masked_are_shown(explained: Mapping[str, dict[str, Any]]) -> None:
    """A3: of a name of several letters only the first is left."""
    names = [
        row["creditor"]
        for document in explained.values()
        if document["message"] == "pain.001"
        for block in document["summary"]["blocks"]
        for row in block["transactions"]
        if row["creditor"]
    ]
    assert names
    assert all(set(word[1:]) <= {"*"} for name in names for word in name.split())
