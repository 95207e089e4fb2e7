"""Every reason of the official sets is explained, and nothing that is said may lead to a second payment."""

from __future__ import annotations

import csv
import re
import unicodedata
from pathlib import Path
from typing import get_args

import pytest

from adapters.profile import DUPLICATE_CODES
from formats.iso20022 import codes, reasons

SETS: tuple[reasons.Set, ...] = get_args(reasons.Set)
ALL = [(of, code) for of in SETS for code in codes.code_set(of)]
TABLE = Path(reasons.__file__).with_name("reasons.csv")
DATA = Path(__file__).parents[4] / "shared/data/codes/external_codes_2Q2026.csv"
CHARS_MAX = 200


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def found(of: reasons.Set, code: str) -> reasons.Reason:
    reason = reasons.reason(code, of)
    assert reason is not None, (of, code)
    return reason


def test_every_official_reason_has_words_in_both_languages_and_an_action() -> None:
    assert [(of, code) for of, code in ALL if not reasons.reason(code, of)] == []
    assert [row for row in rows() if not all((row["code"], row["action"], row["en"], row["vi"]))] == []
    assert all(found(of, code).code == code for of, code in ALL)


def test_no_code_of_the_official_edition_is_lost() -> None:
    if not DATA.exists():
        pytest.skip("the official edition is not at hand")
    with DATA.open(encoding="utf-8", newline="") as lines:
        official = {row["code"] for row in csv.DictReader(lines) if row["set"] in _OFFICIAL}
    assert official == {row["code"] for row in rows()}
    assert len(official) > 340


_OFFICIAL = (
    *("ExternalStatusReason1Code", "ExternalReturnReason1Code"),
    *("ExternalCancellationReason1Code", "ExternalVerificationReason1Code"),
)


def test_no_row_is_said_twice_or_for_a_code_that_its_set_does_not_have() -> None:
    places = [(row["code"], row["set"]) for row in rows()]
    assert len(set(places)) == len(places)
    assert places == sorted(places)
    assert [place for place in places if place[1] and place[0] not in codes.code_set(place[1])] == []


@pytest.mark.parametrize("language", ["en", "vi"])
def test_words_are_short_composed_and_one_sentence(language: str) -> None:
    said = [row[language] for row in rows()]
    assert [each for each in said if len(each) > CHARS_MAX or each != unicodedata.normalize("NFC", each)] == []
    assert [each for each in said if not re.fullmatch(r"[^.]+\.", each)] == []


def test_words_are_ours_and_not_the_official_description() -> None:
    copied = [
        (of, code) for of, code in ALL if found(of, code).en.rstrip(".") == str(codes.meaning(of, code)).rstrip(".")
    ]
    assert copied == []


def test_m10_no_words_speak_of_sending_or_paying_once_more() -> None:
    once_more = re.compile(r"\b(again|re-?send|repeat(ed)?|gửi lại|chi lại|thực hiện lại)\b", re.IGNORECASE)
    assert [row for row in rows() if once_more.search(row["en"]) or once_more.search(row["vi"])] == []


@pytest.mark.parametrize("of", ["status_reason", "return_reason"])
@pytest.mark.parametrize("code", sorted(DUPLICATE_CODES))
def test_m10_a_duplicate_is_looked_for_and_nothing_else(code: str, of: reasons.Set) -> None:
    assert found(of, code).action == "check_duplicate"


@pytest.mark.parametrize(
    ("code", "of", "action"),
    [
        ("AC04", "return_reason", "ask_new_account"),
        ("AC06", "status_reason", "ask_new_account"),
        ("BE01", "status_reason", "correct_name"),
        ("MD07", "status_reason", "suspend_person"),
        ("MD07", "return_reason", "suspend_person"),
        ("AM04", "status_reason", "check_funds"),
        ("AM10", "status_reason", "fix_file"),
        ("FF01", "status_reason", "fix_file"),
        ("DS0D", "status_reason", "check_signature"),
        ("DS18", "status_reason", "ask_outcome"),
        ("AG09", "status_reason", "ask_outcome"),
        ("NOOR", "return_reason", "ask_outcome"),
        ("NARR", "status_reason", "ask_bank"),
        ("FR01", "return_reason", "check_fraud"),
        ("G000", "status_reason", "wait"),
    ],
)
def test_a_code_leads_to_its_action(code: str, of: reasons.Set, action: str) -> None:
    assert found(of, code).action == action


@pytest.mark.parametrize("code", ["AC14", "AC16", "BE08", "DS28", "DT02", "G004"])
def test_a_code_that_means_something_else_in_a_return_says_so(code: str) -> None:
    assert found("status_reason", code).en != found("return_reason", code).en


def test_every_code_about_a_deceased_person_suspends_the_payments() -> None:
    deceased = [(of, code) for of, code in ALL if "deceased" in str(codes.meaning(of, code))]
    assert deceased
    assert {found(of, code).action for of, code in deceased} == {"suspend_person"}


def test_a_code_of_no_set_is_unknown_and_the_bank_is_asked() -> None:
    assert reasons.reason("E999") is None
    assert reasons.unknown("E999").code == "E999"
    assert reasons.unknown("E999").action == "ask_bank"
