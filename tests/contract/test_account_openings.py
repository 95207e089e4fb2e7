"""Accounts are opened for people who have none: nobody is asked for twice, and an opened account is paid to."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError
from support import roster
from support.accounts import account_of, acknowledged, asked, collected, opened, process_id, questions, rejected, wanted
from support.accounts import told as told_by_bank
from support.gateways import PAYER, Gateway
from support.rates import LEVEL, confirmed, proposed
from support.tampering import edit

from gateway.domain.errors import NotAllowed, Refusal
from gateway.store.integrity import rows as row_checks
from gateway.usecases import integrity
from gateway.usecases.integrity import accounts
from gateway.usecases.roster.building import Request, build


def listed(gateway: Gateway, *rows: dict[str, str]) -> None:
    roster.listed(gateway, *rows, programme="pension")


def man(number: int, **changes: str) -> dict[str, str]:
    return roster.man(number, **({"group": ""} | changes))


@pytest.fixture
def kept(gateway: Gateway) -> Gateway:
    """With one person who has an account, and two who have none."""
    confirmed(gateway, proposed(gateway, LEVEL))
    listed(gateway, man(1), man(2, account="", bank=""), man(3, account="", bank=""))
    return gateway


def today(gateway: Gateway) -> str:
    return gateway.context.today().isoformat()


def left_out(gateway: Gateway) -> list[str]:
    made = build(gateway.context, Request(PAYER, "pension", "2026-11", "maker"))
    return [each.code for each in made.left_out]


def refused(gateway: Gateway, content: bytes, name: str = "answer.xml", partner: str = "vietinbank") -> str:
    with pytest.raises(Refusal) as refusal:
        opened(gateway, content, name, partner)
    return refusal.value.code


def test_for_everybody_without_an_account_one_message_is_written_and_nobody_is_asked_for_twice(kept: Gateway) -> None:
    files = wanted(kept)
    assert [f"{process_id(content)}.xml" for content in files.values()] == list(files)
    assert len(files) == 2
    with pytest.raises(Refusal) as refusal:
        wanted(kept)
    assert refusal.value.code == "account_nobody_without"
    assert list(integrity.check(kept.context)) == []


def test_an_opened_account_is_kept_and_paid_to_where_the_roster_has_none(kept: Gateway) -> None:
    first, second = map(process_id, wanted(kept).values())
    assert opened(kept, acknowledged(first, today(kept))).results == {"acknowledged": 1}
    assert left_out(kept) == ["account_missing"] * 2
    assert opened(kept, acknowledged(first, today(kept), "660000000001")).results == {"opened": 1}
    assert opened(kept, acknowledged(first, today(kept), "660000000001")).reference is None
    assert opened(kept, rejected(second, today(kept))).results == {"rejected": 1}
    assert [row.origin for row in kept.rows("SELECT origin FROM account")] == ["opening"]
    listed(kept, man(1), man(2, account="", bank="", birth="1945-01-09"), man(3, account="", bank=""))
    assert left_out(kept) == ["account_missing"]
    assert kept.value("SELECT count(*) FROM payment") == 2
    assert list(integrity.check(kept.context)) == []
    assert [process_id(content)[-3:] for content in wanted(kept).values()] == [second[-3:]]


def test_an_account_of_the_roster_comes_before_one_that_was_opened(kept: Gateway) -> None:
    first, _ = map(process_id, wanted(kept).values())
    opened(kept, acknowledged(first, today(kept), "660000000001"))
    listed(kept, man(1), man(2), man(3))
    assert left_out(kept) == []
    blinds = kept.value("SELECT count(*) FROM payment p JOIN account a ON a.account_blind = p.account_blind")
    assert blinds == 0


def test_a_collected_account_is_paid_to_only_once_the_bank_confirmed_it_and_it_is_the_only_one(kept: Gateway) -> None:
    collected(kept, account_of(2), account_of(3))
    assert left_out(kept) == ["account_missing"] * 2
    request = asked(kept)
    rows = [row | ({"verdict": "false"} if row["account"].endswith("3") else {}) for row in questions(request)]
    told_by_bank(kept, request, rows)
    assert left_out(kept) == ["account_missing"]
    assert list(integrity.check(kept.context)) == []


def test_an_account_that_steps_in_for_one_of_the_roster_waits_like_every_new_one(kept: Gateway) -> None:
    collected(kept, account_of(1))
    request = asked(kept)
    told_by_bank(kept, request, questions(request))
    kept.clock.value += timedelta(days=30)
    listed(kept, man(1, account="", bank=""), man(2), man(3))
    assert left_out(kept) == ["account_cooling"]
    kept.clock.value += timedelta(days=8)
    assert left_out(kept) == []


def test_another_receiver_is_not_paid_to_the_account_of_the_person(kept: Gateway) -> None:
    first, second = map(process_id, wanted(kept).values())
    for question, number in ((first, "660000000001"), (second, "660000000002")):
        opened(kept, acknowledged(question, today(kept), number))
    listed(
        kept, man(1), man(2, account="", bank="", payee_name="Lê Thị Hoa", relation="mẹ"), man(3, account="", bank="")
    )
    assert left_out(kept) == ["account_missing"]


def test_an_answer_that_is_not_as_it_must_be_is_refused_whole(kept: Gateway) -> None:
    first, second = map(process_id, wanted(kept).values())
    assert refused(kept, acknowledged("x", today(kept))) == "account_row_invalid"
    assert refused(kept, acknowledged("A1000000000001", today(kept))) == "account_answer_foreign"
    assert refused(kept, acknowledged(first, today(kept)), partner="momo") == "account_answer_foreign"
    assert refused(kept, acknowledged(first, "2025-12-31")) == "account_answer_older"
    assert refused(kept, acknowledged(first, "2099-12-31")) == "account_answer_of_the_future"
    assert refused(kept, acknowledged(first, today(kept), "66_1")) == "account_row_invalid"
    opened(kept, acknowledged(first, today(kept), "660000000001"))
    assert refused(kept, acknowledged(first, today(kept), "660000000002")) == "account_opening_ended"
    assert refused(kept, rejected(first, today(kept))) == "account_opening_ended"
    opened(kept, rejected(second, today(kept)))
    assert refused(kept, acknowledged(second, today(kept), "660000000002")) == "account_opening_ended"
    kept.give_roles("maker", "checker")
    with pytest.raises(NotAllowed):
        opened(kept, acknowledged(first, today(kept)))


def test_a_wallet_is_asked_and_answers_by_its_list(kept: Gateway) -> None:
    (content,) = wanted(kept, "momo").values()
    layout = kept.context.partner("momo").profile.account_list
    names = {heading: name for name, heading in layout.wanted.items()}
    rows = [
        {names[heading]: value for heading, value in row.items()}
        for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    ]

    def answer(*changes: dict[str, str]) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(layout.opened.values())
        for row, change in zip(rows, changes, strict=False):
            writer.writerow([(row | {"answered_on": today(kept)} | change).get(name, "") for name in layout.opened])
        return text.getvalue().encode()

    good = {"result": "00", "account": "0912345678"}
    for code, change in (
        ("account_code_unknown", {"result": "99"}),
        ("account_row_invalid", {"result": "00", "account": "660000000001"}),
        ("account_answer_altered", good | {"owner": "Trần Thị Khác"}),
        ("account_row_invalid", good | {"answered_on": "soon"}),
        ("account_answered_twice", good | {"question": rows[1]["question"], "owner": rows[1]["owner"]}),
    ):
        assert refused(kept, answer(change, good), "answer.csv", "momo") == code
    assert refused(kept, answer(), "answer.csv", "momo") == "account_answer_empty"
    assert opened(kept, answer(good, {"result": "02"}), "answer.csv", "momo").results == {
        "acknowledged": 1,
        "opened": 1,
    }
    assert left_out(kept) == ["account_missing"]
    assert list(integrity.check(kept.context)) == []


def test_m2_what_was_wanted_and_opened_is_never_changed_by_sql_and_an_edit_is_found(kept: Gateway) -> None:
    first, _ = map(process_id, wanted(kept).values())
    opened(kept, acknowledged(first, today(kept), "660000000001"))
    for table in ("account_opening", "account_opening_step"):
        for statement in (f"UPDATE {table} SET line_id = line_id", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError):
                kept.rows(f"{statement} RETURNING 1")
    seen = found(kept)
    assert seen == set()
    for statement in (
        "UPDATE account_opening_step SET outcome = 'rejected'",
        "UPDATE account_opening_step SET account_id = NULL",
        "DELETE FROM account_opening_step",
        "DELETE FROM account_opening",
    ):
        assert edit(kept, statement), statement
        now = found(kept)
        assert now != seen, statement
        seen = now


def found(gateway: Gateway) -> set[tuple[str, str]]:
    with gateway.store.read() as tx:
        looks = (*accounts.differences(gateway.context, tx), *row_checks.discrepancies(tx))
        return {(each.code, f"{each.where} {each.expected} {each.got}") for each in looks}
