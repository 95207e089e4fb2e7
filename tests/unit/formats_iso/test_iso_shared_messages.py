"""The messages of many banks that lie beside the repository: all read, and agree with an independent count.

The count is plain XPath over the whole tree and decimal arithmetic; it shares no code with the readers.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from formats.iso20022 import camt, codes, pain002, schema

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "messages"
STATEMENTS = ("camt.052", "camt.053", "camt.054")
FILES = sorted(path for path in FOLDER.glob("*/*") if path.is_file())

pytestmark = pytest.mark.skipif(not FILES, reason="../shared/data/messages is not here")


def name_of(path: Path) -> str:
    with path.open("rb") as source:
        return schema.message_name(source)


def of(*families: str) -> list[Path]:
    return [path for path in FILES if name_of(path)[:8] in families]


def count(tree: etree._ElementTree, name: str) -> int:
    return len(tree.xpath("//*[local-name()=$name]", name=name))


def signed_sum(tree: etree._ElementTree, path: str) -> Decimal:
    """Credits minus debits of the elements at the path, as they are written."""
    total = Decimal()
    for element in tree.xpath(path):
        amount = element.xpath("string(*[local-name()='Amt'])")
        direction = element.xpath("string(*[local-name()='CdtDbtInd'] | ../../*[local-name()='CdtDbtInd'])")
        total += Decimal(amount or 0) * {"CRDT": 1, "DBIT": -1}.get(direction, 0)
    return total


def decimal(amount: int | None, currency: str | None) -> Decimal:
    return Decimal(amount or 0).scaleb(-codes.exponent(currency)) if currency else Decimal()


def test_all_messages_of_the_collection_are_here() -> None:
    assert len(FILES) == 191


@pytest.mark.parametrize("path", of(*STATEMENTS), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_s6_entries_details_and_signed_sums_equal_an_independent_count(path: Path) -> None:
    tree = etree.parse(path)
    with path.open("rb") as source:
        items = list(camt.read(source))
    entries = [item for item in items if isinstance(item, camt.Entry)]
    details = [detail for entry in entries for detail in entry.details]
    assert len(entries) == count(tree, "Ntry")
    assert len(details) == count(tree, "TxDtls")
    statements = [item for item in items if isinstance(item, camt.Statement)]
    assert len(statements) == count(tree, "Stmt") + count(tree, "Rpt") + count(tree, "Ntfctn")
    assert sum((decimal(each.amount, each.currency) for each in entries), Decimal()) == signed_sum(
        tree, "//*[local-name()='Ntry']"
    )


@pytest.mark.parametrize(
    "path", [path for path in of("camt.054") if name_of(path) == "camt.054.001.10"], ids=lambda path: path.name
)
def test_s6_the_signed_sum_of_the_details_is_the_entry(path: Path) -> None:
    with path.open("rb") as source:
        entries = [item for item in camt.read(source) if isinstance(item, camt.Entry)]
    assert entries
    for entry in entries:
        assert entry.amount == sum(detail.amount or 0 for detail in entry.details)
        assert not entry.problems


@pytest.mark.parametrize("path", of("pain.002"), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_status_of_a_report_is_kept(path: Path) -> None:
    tree = etree.parse(path)
    with path.open("rb") as source:
        kinds = [type(item) for item in pain002.read(source)]
    assert kinds.count(pain002.BlockStatus) == count(tree, "OrgnlPmtInfAndSts")
    assert kinds.count(pain002.TransferStatus) == count(tree, "TxInfAndSts")
    assert kinds.count(pain002.GroupStatus) == count(tree, "OrgnlGrpInfAndSts")
    assert kinds[0] is pain002.Report


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_findings_of_every_message_are_bounded_and_never_raise(path: Path) -> None:
    with path.open("rb") as source:
        found = schema.findings(source, schema.message_name(source))
    assert len(found) <= 50
    assert all(finding.rule for finding in found)


def test_returns_are_recognised_with_and_without_our_reference() -> None:
    returned = []
    for path in of(*STATEMENTS):
        with path.open("rb") as source:
            entries = [item for item in camt.read(source) if isinstance(item, camt.Entry)]
        returned += [detail for entry in entries for detail in entry.details if detail.is_return]
    assert len(returned) == 23
    assert sum(detail.end_to_end_id in (None, "NOTPROVIDED") for detail in returned) == 8
