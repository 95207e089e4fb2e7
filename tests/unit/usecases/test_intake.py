"""Import: every problem of every row, the same rows again, corrections; nothing half."""

from __future__ import annotations

import io
import re
import unicodedata
from typing import Any

import pytest
from support.gateways import COLUMNS, PAYER, Gateway, csv_of, person, row
from support.stores import Crashed, Points

from formats.errors import FormatError
from gateway.domain.errors import ChitraError, NotAllowed, NotFound, Refusal
from gateway.store import blobs
from gateway.usecases import approve

PROBLEMS: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {
    "no reference": ({"payment_ref": ""}, [("payment_ref", "missing")]),
    "reference with a space": ({"payment_ref": "A B"}, [("payment_ref", "payment_ref_invalid")]),
    "reference of 36": ({"payment_ref": "A" * 36}, [("payment_ref", "payment_ref_invalid")]),
    "no id": ({"beneficiary_id": ""}, [("beneficiary_id", "missing")]),
    "id of 11 digits": ({"beneficiary_id": "00116000001"}, [("beneficiary_id", "beneficiary_id_invalid")]),
    "id with letters": ({"beneficiary_id": "00116000000O"}, [("beneficiary_id", "beneficiary_id_invalid")]),
    "id of no province": ({"beneficiary_id": "003160000001"}, [("beneficiary_id", "beneficiary_id_place_unknown")]),
    "no name": ({"beneficiary_name": ""}, [("beneficiary_name", "missing")]),
    "no such day": ({"date_of_birth": "1960-02-30"}, [("date_of_birth", "date_invalid")]),
    "day first": ({"date_of_birth": "30/01/1960"}, [("date_of_birth", "date_invalid")]),
    "another year of birth": ({"date_of_birth": "1961-01-01"}, [("date_of_birth", "birth_year_differs")]),
    "commune of 4 digits": ({"commune_code": "1234"}, [("commune_code", "commune_code_invalid")]),
    "no such month": ({"benefit_month": "2026-13"}, [("benefit_month", "month_invalid")]),
    "arrears to come": ({"kind": "arrears", "benefit_month": "2026-12"}, [("benefit_month", "arrears_in_future")]),
    "kind": ({"kind": "present"}, [("kind", "kind_unknown")]),
    "no amount": ({"amount": ""}, [("amount", "missing")]),
    "amount with point": ({"amount": "500.000"}, [("amount", "amount_not_integer")]),
    "amount of nothing": ({"amount": "0"}, [("amount", "amount_not_integer")]),
    "negative amount": ({"amount": "-1"}, [("amount", "amount_not_integer")]),
    "full-width digits": ({"amount": "１２３"}, [("amount", "amount_not_integer")]),
    "amount of 5000 digits": ({"amount": "9" * 5000}, [("amount", "amount_not_integer")]),
    "entitled amount with decimals": ({"entitled_amount": "1.5"}, [("entitled_amount", "amount_not_integer")]),
    "amount above the entitled one": ({"entitled_amount": "500001"}, [("amount", "amount_over_entitled")]),
    "amount above the limit": ({"amount": "500000001"}, [("amount", "amount_over_limit")]),
    "somebody else without basis": ({"payee_name": "Trần Thị Bé"}, [("payee_basis", "payee_basis_missing")]),
    "control character": ({"beneficiary_name": "An\x07"}, [("beneficiary_name", "forbidden_characters")]),
    "emoji": ({"note": "chúc mừng \U0001f389"}, [("note", "forbidden_characters")]),
    "health in the note": ({"note": "tro cap HIV"}, [("note", "note_sensitive")]),
    "no bank": ({"bank": ""}, [("bank", "missing")]),
    "unknown bank": ({"bank": "Ngân hàng X"}, [("bank", "bank_unknown")]),
    "no account": ({"account": ""}, [("account", "missing")]),
    "account of 20": ({"account": "1" * 20}, [("account", "account_invalid")]),
    "account with dash": ({"account": "10-20"}, [("account", "account_invalid")]),
    "wallet with an account": ({"bank": "momo", "account": "1000000001"}, [("account", "phone_invalid")]),
    "name too long": ({"beneficiary_name": "A" * 71}, [("payee_name", "name_too_long")]),
    "name of the beneficiary behind another payee too long": (
        {"beneficiary_name": "A" * 71, "payee_name": "Nguyen Van B", "payee_basis": "guardian"},
        [("beneficiary_name", "name_too_long")],
    ),
    "note too long": ({"note": "a" * 141}, [("note", "note_too_long")]),
    "everything at once": (
        {"payment_ref": "", "beneficiary_id": "1", "amount": "x", "bank": "?", "account": "", "kind": "y"},
        [
            ("account", "missing"),
            ("amount", "amount_not_integer"),
            ("bank", "bank_unknown"),
            ("beneficiary_id", "beneficiary_id_invalid"),
            ("kind", "kind_unknown"),
            ("payment_ref", "missing"),
        ],
    ),
}


def _said(imported: Any) -> list[tuple[int, str, str]]:
    return sorted((problem.row, problem.field, problem.code) for problem in imported.problems)


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_problem_of_a_row_is_said_with_row_and_field(gateway: Gateway, name: str) -> None:
    changes, expected = PROBLEMS[name]
    imported = gateway.import_([row(1), row(2, **changes), row(3)])
    found = [(field, code) for number, field, code in _said(imported) if number == 3]
    assert [each for each in found if each[0] != "payee_name" or name == "name too long"] == expected
    assert {number for number, _, _ in _said(imported)} == {3}
    assert imported.batch.state == "invalid"


@pytest.mark.parametrize("name", PROBLEMS)
def test_a3_parameters_of_problems_hold_no_value_of_the_row(gateway: Gateway, name: str) -> None:
    changes, _ = PROBLEMS[name]
    imported = gateway.import_([row(2, **changes)])
    private = {row(2, **changes)[key] for key in ("beneficiary_id", "beneficiary_name", "account")} - {"", "1"}
    for problem in imported.problems:
        assert not private & {str(value) for value in problem.params.values()}


def test_an_invalid_batch_leaves_problems_and_no_payment(gateway: Gateway) -> None:
    imported = gateway.import_([row(1), row(2, amount="x"), row(3, bank="?")])
    assert gateway.states() == {}
    stored = gateway.rows('SELECT "row", field, code FROM problem ORDER BY id')
    assert [tuple(each) for each in stored] == [(3, "amount", "amount_not_integer"), (4, "bank", "bank_unknown")]
    with pytest.raises(Refusal, match="batch_invalid"):
        approve.submit(gateway.context, imported.batch.id, "maker", person("maker"))


def test_rows_that_clash_with_each_other_are_said_with_the_other_row(gateway: Gateway) -> None:
    imported = gateway.import_([row(1), row(2, payment_ref="TC-0001"), row(3, beneficiary_id=row(1)["beneficiary_id"])])
    assert _said(imported) == [(3, "payment_ref", "duplicate_payment_ref"), (4, "beneficiary_id", "duplicate_benefit")]
    assert [problem.params for problem in imported.problems] == [{"other": 2}, {"other": 2}]


SAME = {"beneficiary_id": row(1)["beneficiary_id"]}
BOTH = str(2 * 500_000 + 1 + 2)
"""What the first and the second row come to."""
BESIDE: dict[str, tuple[dict[str, str], list[tuple[int, str, str]]]] = {
    "regular": ({}, [(3, "beneficiary_id", "duplicate_benefit")]),
    "carry-over": ({"kind": "carry-over"}, [(3, "beneficiary_id", "duplicate_benefit")]),
    "one-off": ({"kind": "one-off"}, [(3, "beneficiary_id", "duplicate_benefit")]),
    "arrears": ({"kind": "arrears"}, [(3, "entitled_amount", "entitled_amount_missing")]),
    "arrears within": ({"kind": "arrears", "entitled_amount": BOTH}, []),
    "arrears beyond": (
        {"kind": "arrears", "entitled_amount": str(int(BOTH) - 1)},
        [(3, "amount", "entitled_amount_exceeded")],
    ),
    "arrears of another month": ({"kind": "arrears", "benefit_month": "2026-10"}, []),
}


@pytest.mark.parametrize("name", BESIDE)
def test_m10_a_person_has_one_line_a_month_in_a_list_but_arrears_within_what_is_due_in_all(
    gateway: Gateway, name: str
) -> None:
    changes, problems = BESIDE[name]
    assert _said(gateway.import_([row(1), row(2, **SAME | changes)])) == problems


@pytest.mark.parametrize("name", BESIDE)
def test_m10_the_same_over_all_batches_and_partners(gateway: Gateway, name: str) -> None:
    changes, problems = BESIDE[name]
    known = gateway.import_([row(1)]).batch.id
    second = gateway.import_([row(2, **SAME | {"bank": "momo", "account": "0912345678"} | changes)])
    codes = {"duplicate_benefit": "benefit_already_paid"}
    assert _said(second) == [(2, field, codes.get(code, code)) for _row, field, code in problems]
    if problems and problems[0][2] == "duplicate_benefit":
        assert second.problems[0].params == {"other": known}


def test_m10_nothing_but_arrears_comes_after_arrears(gateway: Gateway) -> None:
    gateway.import_([row(1, kind="arrears")])
    assert _said(gateway.import_([row(2, **SAME)])) == [(2, "beneficiary_id", "benefit_already_paid")]
    third = row(3, **SAME, kind="arrears", amount="1", entitled_amount=row(1)["amount"])
    assert _said(gateway.import_([third])) == [(2, "amount", "entitled_amount_exceeded")]


def test_m10_several_arrears_of_one_list_are_added_up(gateway: Gateway) -> None:
    rows = [row(number, **SAME, kind="arrears", amount="400", entitled_amount="1000") for number in (1, 2)]
    assert gateway.import_(rows).problems == []
    third = [row(number, **SAME, kind="arrears", amount="100", entitled_amount="1000") for number in (3, 4, 5)]
    over = gateway.import_(third)
    assert _said(over) == [(line, "amount", "entitled_amount_exceeded") for line in (2, 3, 4)]
    assert over.problems[0].params == {"other": 1100}
    assert gateway.import_(third[:2]).problems == []


def test_m10_cancelled_lines_leave_room_again(gateway: Gateway) -> None:
    batch = gateway.import_([row(1)]).batch.id
    approve.cancel(gateway.context, batch, "maker", person("maker"))
    assert gateway.import_([row(2, **SAME, kind="one-off")]).problems == []


def test_a_file_without_rows_is_invalid(gateway: Gateway) -> None:
    assert _said(gateway.import_([])) == [(1, "", "empty_file")]


def test_a_file_that_is_no_list_leaves_nothing(gateway: Gateway) -> None:
    for content in (b"", b"\x00\x01\x02", b"PK\x03\x04broken"):
        try:
            imported = gateway.import_([], source=io.BytesIO(content))
        except (FormatError, ChitraError):
            continue
        assert imported.problems
    assert gateway.states() == {}


# --- the same again ------------------------------------------------------------------------------------------------

ROWS = [row(1), row(2, payee_name="Trần Thị Bé", payee_basis="con gái"), row(3, bank="momo", account="0912345678")]


def _tables(gateway: Gateway) -> list[int]:
    counted = ("batch", "payment", "problem", "audit WHERE verb = 'batch import'")
    return [gateway.value(f"SELECT count(*) FROM {table}") for table in counted]


def _again() -> dict[str, bytes]:
    plain = csv_of(ROWS)
    spaced = [{key: f" {value} " if value else "" for key, value in each.items()} for each in ROWS]
    filled = [{"kind": "regular", "benefit_month": "2026-11"} | each for each in ROWS]
    return {
        "same bytes": plain,
        "with a byte order mark": b"\xef\xbb\xbf" + plain,
        "with semicolons": plain.replace(b",", b";"),
        "re-ordered": csv_of([ROWS[2], ROWS[0], ROWS[1]]),
        "decomposed letters": unicodedata.normalize("NFD", plain.decode()).encode(),
        "spaces around": csv_of(spaced),
        "defaults written out": csv_of(filled),
        "bank by its number": plain.replace(b"vietinbank", b"970415"),
        "columns re-ordered": _reordered(),
    }


def _reordered() -> bytes:
    columns = tuple(reversed(COLUMNS))
    lines = [",".join(columns), *(",".join(each.get(column, "") for column in columns) for each in ROWS)]
    return "\n".join(lines).encode()


@pytest.mark.parametrize("name", _again())
def test_s2_the_same_rows_again_are_already_seen_and_change_nothing(gateway: Gateway, name: str) -> None:
    first = gateway.import_(ROWS)
    before = _tables(gateway)
    again = gateway.import_([], source=io.BytesIO(_again()[name]), name="again.csv")
    assert (again.already_seen, again.problems) == (True, [])
    assert again.batch.id == first.batch.id
    assert _tables(gateway) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "1"),
        ("account", "77"),
        ("beneficiary_name", "Lê Thị Hoa"),
        ("note", "khac"),
        ("commune_code", "12345"),
    ],
)
def test_a_known_reference_with_other_content_is_a_conflict(gateway: Gateway, field: str, value: str) -> None:
    first = gateway.import_(ROWS)
    changed = gateway.import_([ROWS[0] | {field: value}, *ROWS[1:]])
    assert not changed.already_seen
    assert (2, "payment_ref", "conflict") in _said(changed)
    assert {"other": first.batch.id} in [problem.params for problem in changed.problems]
    assert gateway.value("SELECT count(*) FROM payment") == 3


def test_a_known_row_among_new_ones_is_said_and_nothing_is_imported(gateway: Gateway) -> None:
    gateway.import_([row(1), row(2)])
    assert _said(gateway.import_([row(2), row(3)])) == [(2, "payment_ref", "already_imported")]
    assert sorted(gateway.states()) == ["TC-0001", "TC-0002"]


def test_a_second_regular_payment_of_the_month_is_refused_under_any_reference(gateway: Gateway) -> None:
    gateway.import_([row(1)])
    second = gateway.import_([row(2, beneficiary_id=row(1)["beneficiary_id"])])
    assert _said(second) == [(2, "beneficiary_id", "benefit_already_paid")]


def test_the_same_person_in_another_programme_is_paid(gateway: Gateway) -> None:
    gateway.import_([row(1)])
    other = row(2, beneficiary_id=row(1)["beneficiary_id"])
    assert gateway.import_([other], programme="meals").problems == []


def test_the_very_same_list_under_another_programme_is_refused(gateway: Gateway) -> None:
    first = gateway.import_([row(1)])
    second = gateway.import_([row(1)], programme="meals")
    assert [problem.code for problem in second.problems] == ["same_rows_in_other_programme"]
    assert second.problems[0].params == {"batch": first.batch.id, "programme": first.batch.programme}


@pytest.mark.parametrize("spelling", ["Pension", "PENSION", " pension "])
def test_a_programme_has_one_spelling(gateway: Gateway, spelling: str) -> None:
    gateway.import_([row(1)], programme="pension")
    assert gateway.import_([row(1)], programme=spelling).already_seen


@pytest.mark.parametrize("name", ["", "   ", "a/b", "x" * 33])
def test_a_programme_without_a_name_is_refused(gateway: Gateway, name: str) -> None:
    with pytest.raises(Refusal, match="programme_invalid"):
        gateway.import_([row(1)], programme=name)


def test_a_corrected_list_is_a_new_batch_linked_to_the_invalid_one(gateway: Gateway) -> None:
    wrong = gateway.import_([row(1), row(2, amount="x")])
    right = gateway.import_([row(1), row(2)])
    assert (right.problems, right.batch.state) == ([], "ready")
    assert right.batch.predecessor == wrong.batch.id


@pytest.mark.parametrize("act", [approve.reject, approve.cancel])
def test_a_rejected_or_cancelled_list_may_be_imported_again_and_is_linked(gateway: Gateway, act: Any) -> None:
    first = gateway.import_(ROWS).batch.id
    approve.submit(gateway.context, first, "maker", person("maker"))
    act(gateway.context, first, "checker", person("checker"))
    again = gateway.import_(ROWS)
    assert (again.already_seen, again.problems) == (False, [])
    assert again.batch.predecessor == first
    states = gateway.rows("SELECT state, count(*) AS many FROM payment GROUP BY state ORDER BY state")
    assert [tuple(each) for each in states] == [("cancelled", 3), ("ready", 3)]


# --- who and when --------------------------------------------------------------------------------------------------


def test_only_a_maker_imports(gateway: Gateway) -> None:
    with pytest.raises(NotAllowed, match="role_missing"):
        gateway.import_(ROWS, operator="checker")
    with pytest.raises(NotFound):
        gateway.import_(ROWS, operator="nobody")
    assert _tables(gateway) == [0, 0, 0, 0]


def test_a_period_is_a_month(gateway: Gateway) -> None:
    with pytest.raises(Refusal, match="period_invalid"):
        gateway.import_(ROWS, period="2026")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_d1_dying_at_the_commit_imports_all_or_nothing(gateway: Gateway, moment: str) -> None:
    def die(_number: int, name: str) -> None:
        raise Crashed(name)

    gateway.store.points = Points(**{moment: die})
    with pytest.raises(Crashed):
        gateway.import_(ROWS)
    gateway.store.points = None
    assert _tables(gateway) == ([0, 0, 0, 0] if moment == "before" else [1, 3, 0, 1])
    assert gateway.import_(ROWS).already_seen is (moment == "after")


def test_t3_the_file_itself_is_kept(gateway: Gateway) -> None:
    imported = gateway.import_(ROWS)
    with gateway.store.read() as tx:
        assert b"".join(blobs.parts(tx, imported.batch.source_sha256)) == csv_of(ROWS)


def test_a3_no_personal_data_stands_outside_the_envelopes(gateway: Gateway) -> None:
    gateway.import_(ROWS)
    gateway.import_([row(9, beneficiary_id="12345", account="-", beneficiary_name="Nguyễn Văn An" * 9)])
    database = gateway.snapshot() / "chitra.db"
    content = database.read_bytes()
    for text in ("Nguyễn Văn An", "NGUYEN VAN AN", row(1)["beneficiary_id"], row(1)["account"], "0912345678"):
        assert text.encode() not in content
    assert re.search(b"TC-0001", content)


def test_ids_of_payments_are_ours_and_unique(gateway: Gateway) -> None:
    gateway.import_(ROWS)
    ids = [each.end_to_end_id for each in gateway.rows("SELECT end_to_end_id FROM payment")]
    assert len(set(ids)) == 3
    assert all(re.fullmatch(r"E[A-Z0-9]{16}", each) for each in ids)
    assert PAYER not in "".join(ids)
