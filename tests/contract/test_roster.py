"""The roster: lists of people compared with what is known; what is not certain waits for a person, nothing is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from support.gateways import Gateway
from support.roster import listed, man
from support.tampering import edit

from gateway.domain.errors import IllegalMove, NotAllowed, Refusal
from gateway.usecases import integrity
from gateway.usecases.roster.importing import Imported
from gateway.usecases.roster.settle import Settlement, settle


def items(gateway: Gateway, state: str = "open") -> list[tuple[int, str, bool]]:
    """(row, code, blocking)"""
    rows = gateway.rows('SELECT "row", code, blocking FROM work_item WHERE state = :s ORDER BY id', s=state)
    return [(row.row, row.code, bool(row.blocking)) for row in rows]


def number_of(gateway: Gateway, code: str) -> int:
    return int(gateway.value("SELECT id FROM work_item WHERE code = :c AND state = 'open'", c=code))


def holding(gateway: Gateway) -> dict[str, dict[str, Any]]:
    """The versions that hold, by the id of the person."""
    rows = gateway.rows("SELECT * FROM roster_line WHERE ended_by IS NULL ORDER BY id")
    vault = gateway.context.vault()
    opened = [(row, json.loads(vault.open(bytes(row.personal), f"roster_line:{row.id}"))) for row in rows]
    return {values["beneficiary_id"]: values | dict(row._mapping) for row, values in opened}


def counts(imported: Imported) -> tuple[int, ...]:
    names = ("rows", "added", "changed", "same", "unusable", "absent")
    return tuple(getattr(imported.file, name) for name in names)


def sound(gateway: Gateway) -> None:
    assert list(integrity.check(gateway.context)) == []


def test_the_first_list_adds_everybody(gateway: Gateway) -> None:
    assert counts(listed(gateway, man(1), man(2))) == (2, 2, 0, 0, 0, 0)
    assert items(gateway) == []
    assert set(holding(gateway)) == {"001045000001", "001045000002"}


def test_the_same_list_again_changes_nothing_in_whatever_order(gateway: Gateway) -> None:
    first = listed(gateway, man(1), man(2))
    again = listed(gateway, man(2), man(1))
    assert again.already_seen
    assert again.file.reference == first.file.reference
    assert gateway.value("SELECT count(*) FROM roster_change") == 1


def test_a_list_that_differs_is_a_version_more_and_the_old_one_stays(gateway: Gateway) -> None:
    listed(gateway, man(1), man(2))
    assert counts(listed(gateway, man(1), man(2, account="110099999999"), man(3))) == (3, 1, 1, 1, 0, 0)
    assert gateway.value("SELECT count(*) FROM roster_line WHERE ended_by IS NOT NULL") == 1
    assert holding(gateway)["001045000002"]["account"] == "110099999999"
    sound(gateway)


def test_a_list_of_an_earlier_day_is_refused_with_both_days(gateway: Gateway) -> None:
    listed(gateway, man(1), as_of="2026-11-02")
    with pytest.raises(Refusal) as refused:
        listed(gateway, man(2), as_of="2026-10-20")
    assert refused.value.code == "roster_older"
    assert refused.value.params["last"] == "2026-11-02"


def test_m2_whom_a_list_does_not_name_stays_and_a_person_is_asked(gateway: Gateway) -> None:
    listed(gateway, man(1), man(2))
    assert counts(listed(gateway, man(1)))[-1] == 1
    assert items(gateway) == [(0, "absent_in_list", True)]
    assert "001045000002" in holding(gateway)
    listed(gateway, man(1), man(2))
    assert (items(gateway), items(gateway, "gone")) == ([], [(0, "absent_in_list", True)])


WRONG = [
    ({"beneficiary_id": "01045000001"}, "zeros_lost", False),
    ({"beneficiary_id": "123456789"}, "beneficiary_id_nine_digits", False),
    ({"beneficiary_id": "0010450000017"}, "beneficiary_id_invalid", False),
    ({"beneficiary_id": ""}, "missing", False),
    ({"name": ""}, "missing", False),
    ({"beneficiary_id": "099045000001"}, "beneficiary_id_place_unknown", True),
    ({"birth": "1946-01-02"}, "birth_year_differs", True),
    ({"birth": "1946"}, "birth_year_differs", True),
    ({"birth": "31/02/1945"}, "date_invalid", True),
    ({"sex": "nữ"}, "sex_differs", True),
    ({"name": "Nguy?n V?n A"}, "forbidden_characters", True),
    ({"commune": ""}, "missing", True),
    ({"commune": "1"}, "commune_code_invalid", True),
    ({"from_month": "01/26"}, "month_invalid", True),
    ({"from_month": "2026-05", "until_month": "2026-04"}, "ends_before_it_begins", True),
    ({"payee_name": "Lê Thị B"}, "payee_basis_missing", True),
]


def test_wrong_rows_wait_for_a_person_and_the_good_ones_are_taken(gateway: Gateway) -> None:
    """All in one list: each is told by its own row, and hides no other."""
    listed(gateway, *(man(number, **changes) for number, (changes, _, _) in enumerate(WRONG)), man(90))
    assert sorted(items(gateway)) == [(row, code, True) for row, (_, code, _) in enumerate(WRONG, start=2)]
    assert len(holding(gateway)) == 1 + sum(is_known for _, _, is_known in WRONG)
    sound(gateway)


def test_an_account_that_cannot_be_used_is_left_out_and_the_person_stays_entitled(gateway: Gateway) -> None:
    listed(gateway, man(1, bank="nobank"), man(2, account=""))
    assert items(gateway) == [(2, "bank_unknown", False), (3, "missing", False)]
    assert {line["bank"] for line in holding(gateway).values()} == {""}


def test_a_person_twice_with_other_details_is_taken_from_neither_row(gateway: Gateway) -> None:
    imported = listed(gateway, man(1), man(1, account="110012345678"), man(2))
    assert counts(imported) == (3, 1, 0, 0, 2, 0)
    assert items(gateway) == [(2, "person_twice_in_list", True), (3, "person_twice_in_list", True)]
    assert set(holding(gateway)) == {"001045000002"}


def test_the_same_row_twice_counts_once(gateway: Gateway) -> None:
    listed(gateway, man(1), man(1))
    assert items(gateway) == [(3, "repeated_row", False)]
    assert len(holding(gateway)) == 1


def test_another_name_for_a_known_id_is_asked_and_a_spelling_of_the_same_is_not(gateway: Gateway) -> None:
    listed(gateway, man(1, name="Nguyễn Văn Hoà"), man(2, name="Trần Thị Lan"))
    listed(gateway, man(1, name="NGUYỄN VĂN HÒA"), man(2, name="Trần Thị Lam"))
    assert items(gateway) == [(3, "name_changed", True)]


def test_one_name_and_birth_with_two_ids_is_told_and_never_merged(gateway: Gateway) -> None:
    same = {"name": "Lê Văn Tám", "birth": "1945-05-05"}
    listed(gateway, man(1, **same), man(2, **same))
    assert items(gateway) == [(2, "alike", False), (3, "alike", False)]
    assert len(holding(gateway)) == 2


def test_what_somebody_accepted_is_not_asked_again(gateway: Gateway) -> None:
    listed(gateway, man(1, sex="nữ"))
    item = number_of(gateway, "sex_differs")
    settle(gateway.context, Settlement(item, "maker", "seen the card"))
    listed(gateway, man(1, sex="nữ", account="110012345678"))
    assert items(gateway) == []
    with pytest.raises(IllegalMove):
        settle(gateway.context, Settlement(item, "maker", "again"))


def test_what_only_a_corrected_list_helps_cannot_be_accepted(gateway: Gateway) -> None:
    listed(gateway, man(1, beneficiary_id="123456789"), man(2))
    with pytest.raises(Refusal) as refused:
        settle(gateway.context, Settlement(number_of(gateway, "beneficiary_id_nine_digits"), "maker", "it is so"))
    assert refused.value.code == "work_item_needs_list"


def test_an_ended_entitlement_stays_ended_until_a_list_names_the_person_again_and_then_it_is_asked(
    gateway: Gateway,
) -> None:
    listed(gateway, man(1), man(2))
    listed(gateway, man(1))
    item = number_of(gateway, "absent_in_list")
    settle(gateway.context, Settlement(item, "maker", "deceased", last_month="2026-10"))
    assert holding(gateway)["001045000002"]["until"] == "2026-10"
    listed(gateway, man(1), as_of="2026-11-02")
    assert items(gateway) == []
    listed(gateway, man(1), man(2))
    assert items(gateway) == [(3, "resumed_in_list", True)]
    sound(gateway)


def test_only_a_maker_imports_and_settles(gateway: Gateway) -> None:
    listed(gateway, man(1, sex="nữ"))
    with pytest.raises(NotAllowed):
        settle(gateway.context, Settlement(number_of(gateway, "sex_differs"), "checker", "seen"))


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE roster_line SET since = '2020-01'",
        "UPDATE roster_line SET ended_by = NULL WHERE ended_by IS NOT NULL",
        "DELETE FROM roster_line",
        "UPDATE work_item SET code = 'alike'",
        "UPDATE work_item SET state = 'open', ended_by = NULL WHERE state <> 'open'",
        "DELETE FROM work_item",
        "UPDATE roster_change SET actor = 'checker'",
        "UPDATE roster_change SET programme = 'btx1'",
        "UPDATE roster_line SET programme = 'btx1'",
        "UPDATE work_item SET programme = 'btx1'",
        "DELETE FROM roster_file",
    ],
)
def test_m2_what_the_roster_says_is_never_changed_by_sql(gateway: Gateway, edit: str) -> None:
    listed(gateway, man(1), man(2, sex="nữ"))
    listed(gateway, man(1, account="110012345678"), man(2))
    with pytest.raises(DBAPIError):
        gateway.rows(f"{edit} RETURNING 1")


def test_a2_an_open_item_that_somebody_gave_a_reason_in_the_database_is_found(gateway: Gateway) -> None:
    listed(gateway, man(1, sex="nữ"))
    edit(gateway, "UPDATE work_item SET reason = 'seen'")
    assert [found.where for found in integrity.check(gateway.context)] == ["work_item 1"]


@pytest.mark.parametrize("table", ["roster_change", "roster_line", "work_item", "roster_file"])
def test_a2_a_row_that_was_given_to_another_programme_is_found(gateway: Gateway, table: str) -> None:
    listed(gateway, man(1, sex="nữ"))
    edit(gateway, f"UPDATE {table} SET programme = 'btx1'")
    assert table in {found.where.split()[0] for found in integrity.check(gateway.context)}


def test_m2_an_entitlement_is_not_ended_before_its_first_month(gateway: Gateway) -> None:
    listed(gateway, man(1, sex="nữ", from_month="2026-11"))
    with pytest.raises(Refusal, match="entitlement_begins_later"):
        settle(
            gateway.context, Settlement(number_of(gateway, "sex_differs"), "maker", "deceased", last_month="2026-10")
        )
    assert [(row.since, row.until) for row in gateway.rows("SELECT since, until FROM roster_line")] == [
        ("2026-11", None)
    ]
