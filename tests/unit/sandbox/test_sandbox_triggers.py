from __future__ import annotations

from pathlib import Path

import pytest
from unit.sandbox.payer import Line, World

from gateway.sandbox.ledger import Judged
from gateway.sandbox.outcomes import BY_ENDING, outcome_of

DOCS = Path(__file__).parents[3] / "docs" / "sandbox.md"


def status_of(world: World, end_to_end_id: str) -> tuple[str | None, str | None]:
    """Status and reason in the pain.002, by end-to-end id."""
    for report in world.answers("status"):
        for row in report.iter("{*}TxInfAndSts"):
            if row.findtext("{*}OrgnlEndToEndId") == end_to_end_id:
                return row.findtext("{*}TxSts"), row.findtext("{*}StsRsnInf/{*}Rsn/*")
    return None, None


def run(world: World, line: Line, days: int) -> Judged:
    world.send(line)
    world.bank.work()
    for _ in range(days):
        world.time.next_day()
        world.bank.work()
    return world.bank.ledger.by_end_to_end()[line.end_to_end_id]


def test_an_ordinary_payment_is_accepted_and_debited_on_the_same_day(world: World) -> None:
    assert run(world, Line("E1", "100000000001"), 0) == Judged(1, 540_000, 0, 0, 0, 1)
    assert status_of(world, "E1") == ("ACSP", None)


@pytest.mark.parametrize(("ending", "reason"), [("0101", "AC01"), ("0606", "AC06")])
def test_a_rejected_payment_has_its_reason_and_no_debit(world: World, ending: str, reason: str) -> None:
    assert run(world, Line("E1", f"10000000{ending}"), 3) == Judged(0, 0, 0, 1, 0, 0)
    assert status_of(world, "E1") == ("RJCT", reason)
    assert not world.answers("notification")


def test_a_partner_with_own_codes_uses_them(world: World) -> None:
    run(world, Line("E1", "100000000404"), 0)
    assert status_of(world, "E1") == ("RJCT", "E017")
    assert world.answers("status")[0].find(".//{*}Rsn/{*}Prtry") is not None


@pytest.mark.parametrize(("ending", "days"), [("0307", 1), ("0707", 2)])
def test_a_returned_payment_comes_back_in_full_on_its_day(world: World, ending: str, days: int) -> None:
    assert run(world, Line("E1", f"10000000{ending}"), days - 1).returned_amount == 0
    world.time.next_day()
    world.bank.work()
    assert world.bank.ledger.by_end_to_end()["E1"] == Judged(1, 540_000, 540_000, 0, 0, 1)
    entry = world.answers("notification")[-1].find(".//{*}Ntry")
    assert entry is not None
    assert entry.findtext("{*}CdtDbtInd") == "CRDT"
    assert entry.findtext(".//{*}Refs/{*}EndToEndId") == "E1"
    assert entry.find(".//{*}RtrInf/{*}Rsn") is not None
    assert entry.findtext("{*}BookgDt/{*}Dt") == world.time().date().isoformat()


def test_an_amount_returns_less_charges(world: World) -> None:
    judged = run(world, Line("E1", "100000000001", 999_999), 1)
    assert (judged.debited_amount, judged.returned_amount) == (999_999, 988_999)
    details = world.answers("notification")[-1].find(".//{*}TxDtls")
    assert details is not None
    assert details.findtext("{*}AmtDtls/{*}InstdAmt/{*}Amt") == "999999"
    assert details.findtext("{*}Chrgs/{*}Rcrd/{*}Amt") == "11000"


def test_a_reversed_booking_has_the_indicator_and_no_return_information(world: World) -> None:
    assert run(world, Line("E1", "100000000909"), 1).reversed_amount == 540_000
    entry = world.answers("notification")[-1].find(".//{*}Ntry")
    assert entry is not None
    assert entry.findtext("{*}RvslInd") == "true"
    assert entry.find(".//{*}RtrInf") is None


def test_a_silent_payment_gets_no_answer_at_all(world: World) -> None:
    assert run(world, Line("E1", "100000000505"), 3) == Judged(0, 0, 0, 0, 0, 0)
    assert not world.answers("status")
    assert not world.answers("notification")


def test_a_silent_payment_is_left_out_beside_others(world: World) -> None:
    world.send(Line("E1", "100000000505"), Line("E2", "100000000001"))
    world.bank.work()
    assert status_of(world, "E1") == (None, None)
    assert status_of(world, "E2") == ("ACSP", None)


def test_a_mixed_file_is_reported_as_partial(world: World) -> None:
    world.send(Line("E1", "100000000101"), Line("E2", "100000000001"))
    world.bank.work()
    assert world.answers("status")[0].findtext(".//{*}GrpSts") == "PART"


def test_phone_numbers_have_the_same_triggers() -> None:
    assert outcome_of("0971230404", 540_000).reason == "AC04"


def test_every_trigger_is_documented() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for ending, outcome in BY_ENDING.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{ending}`"))
        assert outcome.reason is None or outcome.reason in row
