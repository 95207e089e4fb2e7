"""Whose accounts are: a bank is asked, its answer is taken whole or not, and what it doubts waits for a person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.exc import DBAPIError
from support.accounts import (
    account_of,
    asked,
    brought,
    collected,
    listed_answer,
    message,
    message_id,
    questions,
    told,
)
from support.gateways import Gateway
from support.roster import listed, man
from support.tampering import edit

from formats.errors import FormatError
from gateway.domain.errors import NotAllowed, Refusal
from gateway.store.integrity import rows as row_checks
from gateway.usecases import integrity
from gateway.usecases.integrity import accounts
from gateway.usecases.roster.settle import Settlement, settle

Rows = list[dict[str, str]]


def sound(gateway: Gateway) -> None:
    assert list(integrity.check(gateway.context)) == []


def open_items(gateway: Gateway) -> list[tuple[str, bool]]:
    found = gateway.rows("SELECT code, blocking FROM work_item WHERE state = 'open' ORDER BY id")
    return [(row.code, bool(row.blocking)) for row in found]


def states(gateway: Gateway) -> list[str]:
    """Of every account the steps, in their order."""
    found = gateway.rows("SELECT account_id, state FROM account_step ORDER BY account_id, change_id, state")
    return [row.state for row in found]


@pytest.fixture
def kept(gateway: Gateway) -> Gateway:
    """With two people who have accounts, and one who has none."""
    listed(gateway, man(1), man(2), man(3, account="", bank=""))
    return gateway


def changed(rows: Rows, row: int, **values: str) -> Rows:
    return [each | values if number == row else each for number, each in enumerate(rows)]


def test_every_account_that_the_bank_has_not_confirmed_is_asked_about_by_its_message(kept: Gateway) -> None:
    collected(kept, account_of(3))
    found = questions(asked(kept))
    assert [(each["owner"], each["account"]) for each in found] == [
        ("NGUYEN VAN D", "220000000003"),
        ("NGUYEN VAN B", "110000000001"),
        ("NGUYEN VAN C", "110000000002"),
    ]
    assert states(kept) == ["asked"] * 3
    sound(kept)


def test_what_the_bank_confirmed_is_not_asked_again_and_blocks_nobody(kept: Gateway) -> None:
    request = asked(kept)
    rows = changed(questions(request), 1, known_owner="N***** V** C")
    assert told(kept, request, rows).results == {"match": 1, "masked-consistent": 1}
    assert open_items(kept) == []
    with pytest.raises(Refusal) as refusal:
        asked(kept)
    assert refusal.value.code == "account_nothing_to_ask"
    assert kept.value("SELECT count(*) FROM account_request") == 1
    sound(kept)


def test_m2_what_a_bank_doubts_blocks_whoever_is_paid_there_until_a_person_judged(kept: Gateway) -> None:
    request = asked(kept)
    rows = changed(changed(questions(request), 0, known_owner="TRAN THI KHAC"), 1, verdict="false", known_owner="")
    assert told(kept, request, rows).results == {"mismatch": 1, "refused": 1}
    assert open_items(kept) == [("account_mismatch", True), ("account_refused", True)]
    mismatch, refused = (row.id for row in kept.rows("SELECT id FROM work_item WHERE state = 'open' ORDER BY id"))
    with pytest.raises(Refusal) as refusal:
        settle(kept.context, Settlement(refused, "maker", "seen the card"))
    assert refusal.value.code == "work_item_needs_list"
    settle(kept.context, Settlement(mismatch, "maker", "seen the card of the account"))
    again = asked(kept)
    told(kept, again, changed(changed(questions(again), 0, known_owner="TRAN THI KHAC"), 1, verdict="false"))
    assert open_items(kept) == [("account_refused", True)]
    sound(kept)


def test_what_cannot_be_verified_is_kept_blocks_nobody_and_is_asked_again(kept: Gateway) -> None:
    request = asked(kept)
    rows = changed(changed(questions(request), 0, verdict="?"), 1, known_owner="****** *** *")
    assert told(kept, request, rows).results == {"confirmed": 1, "unverifiable": 1}
    assert open_items(kept) == []
    assert len(questions(asked(kept))) == 1


def test_a_bank_that_names_another_account_refuses_this_one(kept: Gateway) -> None:
    request = asked(kept)
    rows = changed(questions(request), 0, known_account="990000000001")
    assert told(kept, request, rows).results == {"match": 1, "refused": 1}
    assert open_items(kept) == [("account_refused", True)]


def test_a_corrected_list_or_a_later_answer_ends_the_doubt(kept: Gateway) -> None:
    request = asked(kept)
    told(kept, request, [each | {"known_owner": "TRAN THI KHAC"} for each in questions(request)])
    listed(kept, man(1, account="330000000001"), man(2), man(3, account="", bank=""))
    assert open_items(kept) == [("account_mismatch", True)]
    later = asked(kept)
    assert len(questions(later)) == 2
    told(kept, later, questions(later))
    assert open_items(kept) == []
    sound(kept)


def test_a_list_does_not_end_what_a_bank_doubts_and_another_roster_is_blocked_by_it_too(kept: Gateway) -> None:
    request = asked(kept)
    told(kept, request, changed(questions(request), 0, known_owner="TRAN THI KHAC"))
    listed(kept, man(1), man(2), man(3, account="", bank=""), man(4))
    assert open_items(kept) == [("account_mismatch", True)]
    listed(kept, man(1, group=""), programme="pension")
    assert open_items(kept) == [("account_mismatch", True)] * 2
    sound(kept)


def test_another_owner_of_the_same_account_is_asked_about(kept: Gateway) -> None:
    request = asked(kept)
    told(kept, request, questions(request))
    listed(kept, man(1, payee_name="Lê Thị Hoa", relation="mẹ"), man(2), man(3, account="", bank=""))
    (question,) = questions(asked(kept))
    assert (question["owner"], question["account"]) == ("LE THI HOA", "110000000001")
    sound(kept)


def test_the_same_answer_again_changes_nothing_in_whatever_order(kept: Gateway) -> None:
    request = asked(kept)
    rows = changed(questions(request), 0, verdict="false")
    first = told(kept, request, rows)
    again = told(kept, request, list(reversed(rows)))
    assert (again.already_seen, again.reference, again.results) == (True, first.reference, first.results)
    assert kept.value("SELECT count(*) FROM account_answer") == 1


WRONG: list[tuple[str, Callable[[Rows], Rows]]] = [
    ("account_row_invalid", lambda rows: changed(rows, 0, question="x")),
    ("account_answer_mixed", lambda rows: changed(rows, 1, question="A1234000000000001")),
    ("account_not_asked", lambda rows: changed(rows, 1, question=rows[1]["question"][:-2] + "99")),
    ("account_answered_twice", lambda rows: [*rows, rows[0]]),
    ("account_answer_truncated", lambda rows: rows[:-1]),
    ("account_answer_altered", lambda rows: changed(rows, 1, owner="TRAN THI KHAC")),
    ("account_answer_altered", lambda rows: changed(rows, 1, account="990000000001")),
    ("account_answer_empty", lambda rows: []),
]


def test_an_answer_that_is_not_as_it_must_be_is_refused_whole(kept: Gateway) -> None:
    request = asked(kept)
    rows, today = questions(request), kept.context.today().isoformat()
    original = message_id(request)
    wrong = [(code, message(original, change(rows), today)) for code, change in WRONG]
    wrong += [
        ("account_answer_foreign", message("A1", [each | {"question": "A1000000000001"} for each in rows[:1]], today)),
        ("account_answer_older", message(original, rows, "2025-12-31")),
        ("account_answer_of_the_future", message(original, rows, "2099-12-31")),
        ("account_answer_kind", request),
    ]
    got = []
    for _code, content in wrong:
        with pytest.raises(Refusal) as refusal:
            brought(kept, content, "answer.xml")
        got.append(refusal.value.code)
    assert got == [code for code, _content in wrong]
    with pytest.raises(FormatError):
        brought(kept, message(original, rows, today)[:-60], "answer.xml")
    assert states(kept) == ["asked"] * 2
    told(kept, request, rows)
    with pytest.raises(Refusal) as refusal:
        told(kept, request, changed(rows, 0, verdict="false"))
    assert refusal.value.code == "account_answer_differs"


def test_an_answer_to_an_older_request_is_refused_once_a_newer_one_is_answered(kept: Gateway) -> None:
    old, new = asked(kept), asked(kept)
    told(kept, new, questions(new))
    with pytest.raises(Refusal) as refusal:
        told(kept, old, questions(old))
    assert refusal.value.code == "account_answer_older"


def test_a_wallet_is_asked_by_its_list_and_says_what_cannot_be_used(gateway: Gateway) -> None:
    listed(gateway, man(1, account="0912345678", bank="momo"))
    request = asked(gateway, "momo")
    answer = listed_answer(gateway, request, "momo", known_owner="N***** V** B", usable="0")
    assert brought(gateway, answer, "answer.csv", "momo").results == {"masked-consistent": 1, "unusable": 1}
    assert open_items(gateway) == []
    for code, change in (
        ("account_code_unknown", {"result": "99"}),
        ("account_code_unknown", {"usable": "2"}),
        ("account_row_invalid", {"owner": ""}),
        ("account_row_invalid", {"answered_on": "soon"}),
    ):
        with pytest.raises(Refusal) as refusal:
            brought(gateway, listed_answer(gateway, request, "momo", **change), "answer.csv", "momo")
        assert refusal.value.code == code
    with pytest.raises(Refusal) as refusal:
        brought(gateway, answer, "answer.csv")
    assert refusal.value.code == "account_answer_foreign"
    sound(gateway)


def test_only_a_maker_asks_and_brings_answers(kept: Gateway) -> None:
    request = asked(kept)
    kept.give_roles("maker", "checker")
    with pytest.raises(NotAllowed):
        asked(kept)
    with pytest.raises(NotAllowed):
        told(kept, request, questions(request))


def test_m2_what_was_asked_and_said_of_accounts_is_never_changed_by_sql(kept: Gateway) -> None:
    request = asked(kept)
    told(kept, request, questions(request))
    for table, column in (("account_request", "asked"), ("account_answer", "rows"), ("account_step", "account_id")):
        for statement in (f"UPDATE {table} SET {column} = {column} + 1", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError):
                kept.rows(f"{statement} RETURNING 1")
    with pytest.raises(DBAPIError):
        kept.rows("UPDATE account_step SET personal = NULL WHERE personal IS NOT NULL RETURNING 1")


def found(gateway: Gateway) -> set[tuple[str, str]]:
    with gateway.store.read() as tx:
        looks = (*accounts.differences(gateway.context, tx), *row_checks.discrepancies(tx))
        return {(each.code, f"{each.where} {each.expected} {each.got}") for each in looks}


def test_a2_an_edit_of_what_was_asked_or_said_of_accounts_is_found(kept: Gateway) -> None:
    request = asked(kept)
    told(kept, request, changed(questions(request), 0, verdict="false"))
    seen = found(kept)
    assert seen == set()
    for statement in (
        "UPDATE account_request SET asked = 1",
        "UPDATE account_answer SET answered_on = '2026-01-01'",
        "UPDATE account_step SET state = 'match' WHERE state = 'refused'",
        "UPDATE account_step SET personal = NULL",
        "DELETE FROM account_step WHERE state = 'asked'",
        "DELETE FROM account_answer",
        "DELETE FROM account_request",
    ):
        assert edit(kept, statement), statement
        assert found(kept) - seen, statement
        seen = found(kept)
