"""Actions, statuses and the page about reasons: words in both languages, in step with the data."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from formats.iso20022 import codes, reasons
from gateway.cli import messages, words
from gateway.cli.messages.reasons import ACTIONS, NAMES, action_name, action_words, reason_words
from gateway.cli.messages.states import STATUSES

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import reasons_page

CHARS_MAX = 200
_AFTER_THE_STATEMENTS = "only when complete statements since then show no debit, or all of the money back."


@pytest.fixture(params=["en", "vi"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    words.use(request.param)
    yield request.param
    words.use("en")


def used() -> set[str]:
    with Path(reasons.__file__).with_name("reasons.csv").open(encoding="utf-8", newline="") as lines:
        return {row["action"] for row in csv.DictReader(lines)}


def test_every_action_has_an_instruction_and_none_is_left_over() -> None:
    assert set(ACTIONS) == set(NAMES) == used()


def test_instructions_are_short_and_in_the_chosen_language(language: str) -> None:
    said = {action: action_words(action) for action in ACTIONS}
    assert len(set(said.values())) == len(said)
    assert [each for each in said.values() if len(each) > CHARS_MAX] == []
    assert all((each == ACTIONS[action]) == (language == "en") for action, each in said.items())


def test_actions_have_a_short_name_of_their_own_in_the_chosen_language(language: str) -> None:
    said = {action: action_name(action) for action in NAMES}
    assert len(set(said.values())) == len(said)
    assert all((each == NAMES[action]) == (language == "en") for action, each in said.items())


def test_reasons_are_in_the_chosen_language(language: str) -> None:
    closed = reasons.reason("AC04")
    assert closed is not None
    assert reason_words(closed) == {"en": "The account is closed.", "vi": "Tài khoản đã đóng."}[language]


def test_m10_no_instruction_lets_money_out_again_before_the_statements_have_spoken() -> None:
    for text in ACTIONS.values():
        sentences = re.split(r"(?<=[.:]) ", text)
        later = [each for each in sentences if "later run" in each]
        assert all(each.endswith(_AFTER_THE_STATEMENTS) for each in later), text
        forbidden = [each for each in sentences if re.search(r"\bagain\b", each)]
        assert all("o not" in each for each in forbidden), text
        assert later or forbidden, text


def test_m10_vietnamese_instructions_forbid_or_wait_for_the_statements_too() -> None:
    words.use("vi")
    said = {action: action_words(action) for action in ACTIONS}
    words.use("en")
    for action, text in said.items():
        waits = "Chỉ đưa vào đợt chi tiếp theo khi sao kê đầy đủ" in text
        assert waits == ("later run" in ACTIONS[action]), text
        assert all(before.lower().endswith("không ") for before in re.split(r"(?:chi|gửi) lại", text)[:-1]), text
        assert waits or re.search(r"[Kk]hông (chi|gửi) lại", text), text


def test_m10_a_duplicate_is_said_to_be_perhaps_paid(language: str) -> None:
    said = action_words("check_duplicate")
    for needed in {"en": ("may have been paid", "Do not send it again", "statement")}.get(
        language, ("có thể đã được chi", "Không gửi lại", "sao kê")
    ):
        assert needed in said


@pytest.mark.parametrize("name", ["status", "group_status", "entry_status"])
def test_every_official_status_has_words(name: str, language: str) -> None:
    silent = [code for code in codes.code_set(name) if messages.status_word(code) == code]
    assert silent == []


def test_no_words_are_left_for_statuses_that_no_set_has() -> None:
    official = {code for name in ("status", "group_status", "entry_status") for code in codes.code_set(name)}
    assert set(STATUSES) == official


def test_an_unknown_status_is_shown_as_it_is() -> None:
    assert messages.status_word("WHAT") == "WHAT"


def test_the_page_about_reasons_is_made_from_the_data() -> None:
    assert reasons_page.PAGE.read_text("utf-8") == reasons_page.page(), "run: python tools/reasons_page.py"
