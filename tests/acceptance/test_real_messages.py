"""S4, S6: every real camt, as an unknown partner's and as a partner's own: all its entries are accounted for."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree
from support.gateways import PAYER, Gateway, copy_of, new_gateway

from formats.iso20022 import camt
from gateway.usecases.poll import poll
from gateway.usecases.statement_import import import_statement

MESSAGES = Path(__file__).parents[3] / "shared" / "data" / "messages"
FAMILIES = ("camt.052", "camt.053", "camt.054")
_BEGINS, _ENDS = ("OPBD", "PRCD"), "CLBD"


def _paths() -> list[str]:
    """All messages of these families, as their index says; none where they are not beside this repository."""
    if not MESSAGES.is_dir():
        return []
    with (MESSAGES / "INDEX.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [row["path"] for row in rows if row["message"].startswith(FAMILIES)]


PATHS = _paths()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_gateway(tmp_path_factory.mktemp("empty")).snapshot()


@pytest.fixture
def gateway(empty: Path, tmp_path: Path) -> Iterator[Gateway]:
    found = copy_of(empty, tmp_path / "home")
    yield found
    found.close()


@pytest.mark.skipif(not PATHS, reason="the real messages are not beside this repository: ../shared/data/messages")
def test_there_are_messages_of_every_family() -> None:
    assert len(PATHS) > 100


@pytest.mark.parametrize("name", PATHS)
def test_s6_an_unknown_partners_statement_is_kept_entry_by_entry_and_moves_nothing(gateway: Gateway, name: str) -> None:
    with (MESSAGES / name).open("rb") as source:
        received = import_statement(gateway.context, source, "message.xml", "SOMEBANK")
    assert (received.state, received.matched.moved) == ("processed", {})
    assert _dispositions(gateway) == ({"ignored": _entries(name)} if _entries(name) else {})
    assert gateway.value("SELECT count(*) FROM entry WHERE reason <> 'unproven'") == 0
    assert gateway.exceptions() == ["unproven_statement"]


@pytest.mark.parametrize("name", PATHS)
def test_s4_s6_a_partners_own_statement_is_accounted_for_and_its_balances_are_judged(
    gateway: Gateway, name: str
) -> None:
    _belong_to_partner(gateway, name)
    gateway.put(_family(name), "1", (MESSAGES / name).read_bytes())
    (received,) = poll(gateway.context).received
    assert received.state == "processed", received.error
    found = _dispositions(gateway)
    assert sum(found.values()) == _entries(name)
    assert found.keys() <= {"exception", "ignored"}
    assert gateway.value("SELECT count(*) FROM entry WHERE disposition = 'ignored' AND reason IS NULL") == 0
    told = "SELECT count(*) FROM entry e WHERE e.disposition = 'exception' AND EXISTS"
    assert gateway.value(f"{told} (SELECT 1 FROM exception x WHERE x.entry_id = e.id)") == found.get("exception", 0)
    _require_ties(gateway, name)


def _require_ties(gateway: Gateway, name: str) -> None:
    """Where an independent sum can be made, it says the same of each statement; a record that does not tie is told."""
    rows = gateway.rows("SELECT ties FROM statement ORDER BY ordinal")
    judged = list(_ties(name))
    assert len(rows) == len(judged)
    sums = [(row.ties, said) for row, said in zip(rows, judged, strict=True) if said is not None]
    assert [bool(ties) for ties, _said in sums] == [said for _ties, said in sums]
    if _family(name) == "camt.053" and any(said is False for _ties, said in sums):
        assert "statement_does_not_tie" in gateway.open_exceptions()


def _belong_to_partner(gateway: Gateway, name: str) -> None:
    """Its accounts are ours, and its message is one that this partner sends over a pinned channel."""
    with (MESSAGES / name).open("rb") as source:
        accounts = [event.account for event in camt.read(source) if isinstance(event, camt.Statement)]
    profile = gateway.profiles["vietinbank"]
    inbox = next(each for each in profile.inboxes if each.message == "camt.053")
    gateway.profiles["vietinbank"] = replace(profile, inboxes=(replace(inbox, message=_family(name), proof="channel"),))
    payer = gateway.context.payers[PAYER]
    gateway.context.payers[PAYER] = replace(payer, accounts=lambda _partner: accounts)  # type: ignore[index]


def _family(name: str) -> str:
    return etree.QName(etree.parse(MESSAGES / name).getroot()).namespace.rpartition("xsd:")[2][:8]


def _dispositions(gateway: Gateway) -> dict[str, int]:
    rows = gateway.rows("SELECT disposition, count(*) AS n FROM entry GROUP BY disposition")
    return {row.disposition: row.n for row in rows}


# --- counted by XPath, without our reader ----------------------------------------------------------------------------


def _all(node: etree._Element, path: str) -> list[etree._Element]:
    steps = "/".join(f"*[local-name()='{step}']" for step in path.split("/"))
    found = node.xpath(f"./{steps}")
    assert isinstance(found, list)
    return found  # type: ignore[return-value]


def _entries(name: str) -> int:
    count = etree.parse(MESSAGES / name).xpath("count(//*[local-name() = 'Ntry'])")
    assert isinstance(count, float)
    return int(count)


def _ties(name: str) -> Iterator[bool | None]:
    """For each statement whether opening + booked entries = closing; None where it does not say enough."""
    root = etree.parse(MESSAGES / name)
    statements = root.xpath("//*[local-name()='Stmt' or local-name()='Rpt' or local-name()='Ntfctn']")
    assert isinstance(statements, list)
    for statement in statements:
        assert isinstance(statement, etree._Element)
        opening, closing = _balance(statement, _BEGINS), _balance(statement, (_ENDS,))
        booked = [each for each in _all(statement, "Ntry") if _status(each) in ("BOOK", "")]
        signed = [_signed(each) for each in booked]
        if opening is None or closing is None or None in signed:
            yield None
        else:
            yield opening + sum(each for each in signed if each is not None) == closing


def _status(entry: etree._Element) -> str:
    return "".join(each.text or "" for each in (*_all(entry, "Sts"), *_all(entry, "Sts/Cd"))).strip()


def _balance(statement: etree._Element, kinds: tuple[str, ...]) -> Decimal | None:
    """The only balance of these kinds, signed; None when there is none, or when there are several."""
    found = [
        each
        for each in _all(statement, "Bal")
        if [code.text for code in _all(each, "Tp/CdOrPrtry/Cd")][:1] in [[k] for k in kinds]
    ]
    return _signed(found[0]) if len(found) == 1 else None


def _signed(node: etree._Element) -> Decimal | None:
    amounts, sides = _all(node, "Amt"), _all(node, "CdtDbtInd")
    if not amounts or not sides:
        return None
    amount = Decimal(amounts[0].text or "0")
    return -amount if sides[0].text == "DBIT" else amount
