from __future__ import annotations

import pytest
from unit.sandbox.payer import Line, World, order

from gateway.sandbox.signing import Signer, create_key

LINE = Line("E1", "100000000001")


def refusal(world: World) -> tuple[str | None, str | None, str | None]:
    """Group status, reason and quoted message id of the only status report."""
    (report,) = world.answers("status")
    group = report.find("{*}CstmrPmtStsRpt/{*}OrgnlGrpInfAndSts")
    assert group is not None
    assert world.bank.ledger.by_end_to_end() == {}
    return group.findtext("{*}GrpSts"), group.findtext("{*}StsRsnInf/{*}Rsn/{*}Cd"), group.findtext("{*}OrgnlMsgId")


def test_m1_the_ledger_debits_a_repeated_order_again(world: World) -> None:
    content = world.send(LINE)
    world.bank.work()
    world.put(content)
    world.bank.work()
    world.put(content, sequence=2)
    world.bank.work()
    assert world.bank.ledger.by_end_to_end()["E1"][:2] == (3, 1_620_000)


def test_archived_orders_are_kept_byte_for_byte_also_when_the_name_comes_again(world: World) -> None:
    content = world.send(LINE)
    world.bank.work()
    world.put(content)
    world.bank.work()
    archive = world.bank.home / "in" / "archive"
    names = ["CHITRA_20261102_000001.xml", "CHITRA_20261102_000001.xml.2"]
    assert sorted(path.name for path in archive.iterdir()) == names
    assert all((archive / name).read_bytes() == content for name in names)


@pytest.mark.parametrize("name", [".CHITRA_20261102_000001.xml.1.part", "readme.txt", "CHITRA_20261102_000001.xml.tmp"])
def test_unfinished_and_foreign_names_are_left_alone(world: World, name: str) -> None:
    path = world.bank.home / "in" / name
    path.write_bytes(world.signer.sign(order((LINE,))))
    assert world.bank.work() == []
    assert path.exists()


def test_a_tampered_order_is_rejected_as_a_group(world: World) -> None:
    content = world.signer.sign(order((LINE,)))
    world.put(content.replace(b"100000000001", b"100000000002"))
    world.bank.work()
    assert refusal(world) == ("RJCT", "DS0B", "E1MSG1")


def test_an_unsigned_order_is_rejected(world: World) -> None:
    world.put(order((LINE,)).replace(b' Id="placeholder"', b"").replace(b"Signature", b"Nothing"))
    world.bank.work()
    assert refusal(world) == ("RJCT", "DS0A", "E1MSG1")


def test_an_order_of_another_signer_is_rejected(world: World) -> None:
    (world.root / "other").mkdir()
    create_key(world.root / "other", "other", world.time())
    world.put(Signer(world.root / "other").sign(order((LINE,))))
    world.bank.work()
    assert refusal(world) == ("RJCT", "DS0H", "E1MSG1")


def test_an_order_signed_under_an_expired_certificate_is_rejected(world: World) -> None:
    world.send(LINE)
    world.time.value = world.time.value.replace(year=2040)
    world.bank._ledger._db.execute("UPDATE day SET open_day = '2040-11-02'")
    world.bank.work()
    assert refusal(world) == ("RJCT", "DS0D", "E1MSG1")


def test_a_document_type_declaration_is_rejected(world: World) -> None:
    world.put(b'<!DOCTYPE Document [<!ENTITY a "b">]>' + order((LINE,)))
    world.bank.work()
    assert refusal(world) == ("RJCT", "FF01", "NOTPROVIDED")


@pytest.mark.parametrize("content", [b"", b"not xml", b"<Document/>"])
def test_what_is_no_order_is_rejected(world: World, content: bytes) -> None:
    world.put(content)
    world.bank.work()
    assert refusal(world) == ("RJCT", "FF01", "NOTPROVIDED")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"count": "2"}, "AM18"),
        ({"total": "540001"}, "AM10"),
        ({"currency": "USD"}, "AM03"),
        ({"execution_date": "02.11.2026"}, "DT01"),
    ],
)
def test_totals_currency_and_date_are_checked(world: World, changes: dict[str, str], reason: str) -> None:
    world.send(LINE, **changes)
    world.bank.work()
    assert refusal(world)[:2] == ("RJCT", reason)


def test_one_bad_order_does_not_stop_the_next(world: World) -> None:
    world.put(b"not xml", sequence=1)
    world.send(LINE, sequence=2)
    assert [deed.what for deed in world.bank.work()] == ["refused", "order", "pain.002", "pain.002", "camt.054"]
