from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pytest
from lxml import etree
from unit.sandbox.payer import Line, World

from gateway.sandbox import bank as bank_module
from gateway.sandbox import ledger as ledger_module
from gateway.sandbox.bank import Bank
from gateway.sandbox.ledger import OPENING_BALANCE

FATES = ("0001", "0404", "0307", "0707", "0909", "0505", "8888")


def month(world: World, days: int = 4) -> None:
    world.send(*(Line(f"E{number}", f"10000000{ending}") for number, ending in enumerate(FATES)))
    world.bank.work()
    for _ in range(days):
        world.time.next_day()
        world.bank.work()


def signed(holder: etree._Element) -> int:
    amount = int(holder.findtext("{*}Amt") or "")
    return amount if holder.findtext("{*}CdtDbtInd") == "CRDT" else -amount


def balance(statement: etree._Element, kind: str) -> int:
    (found,) = (bal for bal in statement.iter("{*}Bal") if bal.findtext("{*}Tp/{*}CdOrPrtry/{*}Cd") == kind)
    return signed(found)


def test_s4_statements_tie_and_follow_each_other(world: World) -> None:
    month(world)
    statements = world.answers("statement")
    assert len(statements) == 4
    expected = OPENING_BALANCE
    for number, statement in enumerate(statements, 1):
        assert statement.findtext(".//{*}ElctrncSeqNb") == str(number)
        assert balance(statement, "OPBD") == expected
        expected += sum(signed(entry) for entry in statement.iter("{*}Ntry"))
        assert balance(statement, "CLBD") == expected
    judged = world.bank.ledger.by_end_to_end().values()
    moved = sum(one.returned_amount + one.reversed_amount - one.debited_amount for one in judged)
    assert expected == OPENING_BALANCE + moved


def test_a_day_without_movement_has_a_statement_too(world: World) -> None:
    month(world)
    last = world.answers("statement")[-1]
    assert not list(last.iter("{*}Ntry"))
    assert balance(last, "OPBD") == balance(last, "CLBD")


def test_a_statement_shows_the_entries_that_were_notified(world: World) -> None:
    month(world)
    references = [
        [entry.findtext("{*}AcctSvcrRef") for answer in world.answers(kind) for entry in answer.iter("{*}Ntry")]
        for kind in ("notification", "statement")
    ]
    assert references[0] == references[1]
    assert len(set(references[0])) == len(references[0]) == 8


def test_days_slept_through_are_ended_one_by_one(world: World) -> None:
    world.send(Line("E1", "100000000307"))
    world.bank.work()
    for _ in range(4):
        world.time.next_day()
    world.bank.work()
    days = [(day, closing - opening) for _, day, _, opening, closing in world.bank.ledger.balances()]
    assert days == [
        (date(2026, 11, 2), -540_000),
        (date(2026, 11, 3), 540_000),
        (date(2026, 11, 4), 0),
        (date(2026, 11, 5), 0),
    ]


def test_a_payment_is_booked_on_its_execution_date(world: World) -> None:
    world.send(Line("E1", "100000000001"), execution_date="2026-11-04")
    world.bank.work()
    assert world.bank.ledger.by_end_to_end()["E1"][0] == 0
    assert world.bank.ledger.by_end_to_end()["E1"].accepted == 1
    world.time.next_day()
    world.time.next_day()
    world.bank.work()
    assert world.bank.ledger.by_end_to_end()["E1"].debited == 1
    assert world.answers("notification")[0].findtext(".//{*}BookgDt/{*}Dt") == "2026-11-04"


def test_a_passed_execution_date_is_booked_today(world: World) -> None:
    world.send(Line("E1", "100000000001"), execution_date="2026-10-30")
    world.bank.work()
    assert world.answers("notification")[0].findtext(".//{*}BookgDt/{*}Dt") == "2026-11-02"


def test_a_long_day_has_pages_joined_by_interim_balances(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "ENTRIES_PER_ANSWER_MAX", 2)
    world.send(*(Line(f"E{number}", f"10000000800{number}") for number in range(5)))
    world.bank.work()
    world.time.next_day()
    world.bank.work()
    pages = world.answers("statement")
    assert [len(list(page.iter("{*}Ntry"))) for page in pages] == [2, 2, 1]
    assert [page.findtext(".//{*}LastPgInd") for page in pages] == ["false", "false", "true"]
    kinds = [[bal.findtext(".//{*}Cd") for bal in page.iter("{*}Bal")] for page in pages]
    assert kinds == [["OPBD", "ITBD"], ["ITBD", "ITBD"], ["ITBD", "CLBD"]]
    assert balance(pages[2], "CLBD") == OPENING_BALANCE - 5 * 540_000
    assert len(world.answers("status")) == len(world.answers("notification")) == 3


def test_working_again_says_nothing_new(world: World) -> None:
    month(world)
    before = world.files()
    assert world.bank.work() == []
    assert world.files() == before


def test_answers_interrupted_before_they_were_sent_are_sent_by_the_next_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.send(Line("E1", "100000000001"))

    def crash(self: Bank, answer: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bank_module.Bank, "_publish", crash)
        with pytest.raises(KeyboardInterrupt):
            world.bank.work()
    assert world.files() == []
    world.bank.work()
    assert [path.parent.name for path in world.files()] == ["notification", "status"]
    assert world.bank.ledger.by_end_to_end()["E1"].debited == 1


def test_an_order_archived_but_not_booked_is_booked_by_the_next_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.send(Line("E1", "100000000001"))
    with monkeypatch.context() as patch:
        patch.setattr(bank_module.Ledger, "record", lambda *_: (_ for _ in ()).throw(sqlite3.OperationalError("disk")))
        with pytest.raises(sqlite3.OperationalError):
            world.bank.work()
    world.bank.work()
    assert world.bank.ledger.by_end_to_end()["E1"].debited == 1


def test_books_are_not_in_the_served_home(world: World) -> None:
    served = {path.name for path in world.bank.home.rglob("*")}
    assert served == {"in", "archive", "out", "status", "notification", "statement"}
    assert oct((Path(world.root) / "bank" / "bank" / "key.pem").stat().st_mode)[-3:] == "600"
