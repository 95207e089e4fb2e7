"""The rehearsal partner takes a recall: what is not debited is not executed, what is debited stays."""

from __future__ import annotations

from unit.sandbox.payer import Line, World

from formats.iso20022 import schema
from gateway.sandbox.signing import PLACE

REQUEST = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.055.001.12"><CstmrPmtCxlReq><Assgnmt><Id>R1</Id></Assgnmt>'
    "<Undrlyg><OrgnlPmtInfAndCxl>{}</OrgnlPmtInfAndCxl></Undrlyg><SplmtryData>{}</SplmtryData></CstmrPmtCxlReq></Document>"
)


def _recall(world: World, *ids: str) -> None:
    transfers = "".join(f"<TxInf><OrgnlEndToEndId>{each}</OrgnlEndToEndId></TxInf>" for each in ids)
    world.put(world.signer.sign(REQUEST.format(transfers, PLACE).encode()), sequence=9)
    world.bank.work()


def _said(world: World) -> list[tuple[str | None, str | None]]:
    answers = [each for each in world.answers("status") if "camt.029" in each.tag]
    for each in answers:
        assert schema.compiled("camt.029.001.13").validate(each)
    return [(each.findtext(".//{*}OrgnlEndToEndId"), each.findtext(".//{*}TxCxlSts")) for each in answers]


def test_a_transfer_that_is_not_debited_is_not_executed(world: World) -> None:
    world.send(Line("E1", "1000000001"), Line("E2", "1000000001"), execution_date="2026-11-03")
    world.bank.work()
    _recall(world, "E1")
    assert _said(world) == [("E1", "ACCR")]
    world.time.next_day()
    world.bank.work()
    judged = world.bank.ledger.by_end_to_end()
    assert (judged["E1"].debited, judged["E1"].rejected, judged["E2"].debited) == (0, 1, 1)


def test_a_transfer_that_is_debited_stays(world: World) -> None:
    world.send(Line("E1", "1000000001"))
    world.bank.work()
    _recall(world, "E1")
    assert _said(world) == [("E1", "RJCR")]
    assert world.bank.ledger.by_end_to_end()["E1"].debited == 1


def test_a_transfer_that_nobody_knows_is_refused(world: World) -> None:
    _recall(world, "E9")
    assert _said(world) == [(None, None)]
    (answer,) = world.answers("status")
    assert (answer.findtext(".//{*}Conf"), answer.findtext(".//{*}RslvdCase/{*}Id")) == ("RJCR", "R1")


def test_a_recall_that_nobody_signed_changes_nothing(world: World) -> None:
    world.send(Line("E1", "1000000001"), execution_date="2026-11-03")
    world.bank.work()
    transfers = "<TxInf><OrgnlEndToEndId>E1</OrgnlEndToEndId></TxInf>"
    world.put(REQUEST.format(transfers, PLACE).encode(), sequence=9)
    (deed,) = [each for each in world.bank.work() if each.what == "refused"]
    assert deed.name
    assert world.bank.ledger.by_end_to_end()["E1"].rejected == 0
