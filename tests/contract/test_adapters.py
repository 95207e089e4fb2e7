"""What every adapter must declare; a new bank is held to this by being in the registry."""

from __future__ import annotations

import string
from dataclasses import FrozenInstanceError
from datetime import date, timedelta

import pytest

from adapters import registry
from adapters.profile import DUPLICATE_CODES, Profile

PROFILES = list(registry.PROFILES.items())
FILE_NAME = frozenset(string.ascii_letters + string.digits + "._-")


@pytest.fixture(params=[profile for _, profile in PROFILES], ids=[code for code, _ in PROFILES])
def profile(request: pytest.FixtureRequest) -> Profile:
    return request.param


def test_the_registry_knows_it_by_its_own_code(profile: Profile) -> None:
    assert registry.profile(profile.code) is profile


def test_an_unknown_code_says_which_exist() -> None:
    with pytest.raises(registry.UnknownAdapter) as raised:
        registry.profile("nobank")
    assert raised.value.code == "unknown_adapter"
    assert "vietinbank" in raised.value.params["known"]


def test_it_says_openly_that_the_partner_must_confirm_it(profile: Profile) -> None:
    assert "to be confirmed with the partner" in profile.status
    assert profile.source


def test_nothing_in_it_can_change(profile: Profile) -> None:
    with pytest.raises(FrozenInstanceError):
        profile.code = "other"  # type: ignore[misc]


def test_m5_no_two_files_share_a_name(profile: Profile) -> None:
    start = date(2026, 11, 1)
    names = {
        profile.outbox.name(start + timedelta(days=day), sequence, f"CT{sequence:08d}")
        for day in range(3)
        for sequence in range(day * 100, day * 100 + 100)
    }
    assert len(names) == 300


def test_m5_the_day_alone_does_not_make_the_name(profile: Profile) -> None:
    day = date(2026, 11, 1)
    assert profile.outbox.name(day, 1, "CT1") != profile.outbox.name(day, 2, "CT2")


def test_file_names_are_plain(profile: Profile) -> None:
    name = profile.outbox.name(date(2026, 11, 1), 1, "CT0100000001")
    assert set(name) <= FILE_NAME
    assert not name.startswith(".")
    assert len(name) <= 100


def test_a_temporary_name_is_never_taken_for_a_file(profile: Profile) -> None:
    name = profile.outbox.name(date(2026, 11, 1), 1, "CT0100000001")
    temporary = profile.outbox.temporary_name(name, 1)
    assert temporary != name
    assert temporary.startswith(".")


def test_every_folder_is_its_own(profile: Profile) -> None:
    outbox = (profile.outbox.folder, *profile.outbox.archives)
    folders = [*outbox, *(f for inbox in profile.inboxes for f in (inbox.folder, inbox.archive))]
    assert len(set(folders)) == len(folders)
    assert all(folder.startswith("/") and ".." not in folder for folder in folders)


def test_sending_hours_are_whole_or_none(profile: Profile) -> None:
    opens, closes = profile.outbox.opens, profile.outbox.closes
    assert (opens is None) == (closes is None)
    assert opens is None or closes is None or opens < closes


def test_the_three_answers_of_a_month_arrive(profile: Profile) -> None:
    assert {inbox.message for inbox in profile.inboxes} == {"pain.002", "camt.053", "camt.054"}
    assert profile.book_of_record in {inbox.message for inbox in profile.inboxes}


def test_each_inbox_accepts_its_own_names_and_no_others(profile: Profile) -> None:
    for inbox in profile.inboxes:
        assert inbox.pattern.count("*") == 1
        assert not set(inbox.pattern) & set("?[]")
        name = inbox.name("20261101-0001")
        assert [each.accepts(name) for each in profile.inboxes].count(True) == 1
        assert inbox.accepts(name)


def test_t9_no_inbox_starts_with_less_than_a_signature(profile: Profile) -> None:
    assert all(inbox.proof == "enveloped" for inbox in profile.inboxes)


def test_m14_limits_are_positive_and_fit_each_other(profile: Profile) -> None:
    limits = profile.limits
    assert 0 < limits.amount_per_payment_max <= limits.amount_per_file_max
    assert limits.payments_per_file_max > 0
    assert 0 < limits.name_chars_max <= 140
    assert 0 < limits.remittance_chars_max <= 140


def test_duplicate_codes_are_never_translated_into_rejections(profile: Profile) -> None:
    assert profile.duplicate_codes >= DUPLICATE_CODES
    assert not profile.duplicate_codes & set(profile.reasons)


def test_a_wallet_names_the_scheme_of_its_accounts(profile: Profile) -> None:
    assert (profile.account_scheme is not None) == (profile.kind == "wallet")


def test_agents_can_be_named(profile: Profile) -> None:
    assert profile.agent_scheme is not None or profile.bic is not None
    assert len(profile.napas_bin) == 6


def test_answers_are_expected_before_a_person_is_called(profile: Profile) -> None:
    assert profile.acknowledgement_hours is None or profile.person_hours is not None
    if profile.acknowledgement_hours is not None and profile.person_hours is not None:
        assert 0 < profile.acknowledgement_hours < profile.person_hours
    assert profile.return_window_days >= 0
