from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from adapters.registry import PROFILES
from gateway.sandbox.outcomes import outcome_of
from gateway.sandbox.people import COLUMNS, payments, write_csv
from gateway.sandbox.places import COMMUNES, PROVINCE_CODES

ROWS = list(payments(1_000, 1, "2026-11"))
COMMUNE_LIST = Path(__file__).parents[4] / "shared" / "data" / "vn" / "communes_2026.csv"
MONTHS = Path(__file__).parents[2] / "fixtures" / "months"


def test_the_same_seed_gives_the_same_month_and_another_seed_another() -> None:
    assert list(payments(1_000, 1, "2026-11")) == ROWS
    assert list(payments(1_000, 2, "2026-11")) != ROWS


@pytest.mark.parametrize("count", [0, 1, 2, 40, 1_000])
def test_the_count_is_exact(count: int) -> None:
    assert len(list(payments(count, 3, "2026-11"))) == count


def test_two_percent_are_rejected_and_one_and_a_half_returned() -> None:
    fates = Counter(outcome_of(row["account"], int(row["amount"])).kind for row in ROWS)
    assert fates == {"settled": 965, "rejected": 20, "returned": 15}


def test_ids_agree_with_birth_year_and_use_the_old_provinces() -> None:
    for row in ROWS:
        personal_id, born = row["beneficiary_id"], int(row["date_of_birth"][:4])
        assert len(personal_id) == 12
        assert personal_id[:3] in PROVINCE_CODES
        assert int(personal_id[3]) // 2 == born // 100 - 19
        assert int(personal_id[4:6]) == born % 100


def test_no_person_has_a_benefit_month_twice_and_no_reference_repeats() -> None:
    assert len({(row["beneficiary_id"], row["benefit_month"]) for row in ROWS}) == 1_000
    assert len({row["payment_ref"] for row in ROWS}) == 1_000


def test_arrears_follow_a_regular_line_of_the_same_person() -> None:
    regular = {row["beneficiary_id"] for row in ROWS if row["kind"] == "regular"}
    arrears = [row for row in ROWS if row["kind"] == "arrears"]
    assert {row["benefit_month"] for row in arrears} == {"2026-07", "2026-08", "2026-09"}
    assert all(row["beneficiary_id"] in regular and int(row["amount"]) % 20_000 == 0 for row in arrears)


def test_all_five_partners_and_guardians_occur() -> None:
    assert {row["bank"] for row in ROWS} == set(PROFILES)
    guarded = [row for row in ROWS if row["payee_name"]]
    assert guarded
    assert all(row["payee_basis"] and int(row["date_of_birth"][:4]) > 2010 for row in guarded)


def test_names_are_composed_and_some_of_ethnic_minorities() -> None:
    names = {row["beneficiary_name"] for row in ROWS}
    assert all(unicodedata.is_normalized("NFC", name) for name in names)
    assert any("H'" in name for name in names)


def test_communes_are_real() -> None:
    if not COMMUNE_LIST.exists():
        pytest.skip("the commune list of the shared data is absent")
    with COMMUNE_LIST.open(encoding="utf-8") as file:
        known = {(row["commune_code"], row["commune"]) for row in csv.DictReader(file)}
    assert {(code, name) for code, name, _ in COMMUNES} <= known


def test_the_csv_has_the_columns_of_the_batch_file(tmp_path: Path) -> None:
    write_csv(tmp_path / "month.csv", ROWS)
    with (tmp_path / "month.csv").open(encoding="utf-8") as file:
        reader = csv.DictReader(file)
        assert tuple(reader.fieldnames or ()) == COLUMNS
        assert list(reader) == ROWS


def test_the_committed_month_has_every_fate_it_tells_of() -> None:
    with (MONTHS / "month.2026-11.small.csv").open(encoding="utf-8") as file:
        fates = Counter(outcome_of(row["account"], int(row["amount"])).kind for row in csv.DictReader(file))
    assert fates == {"settled": 31, "rejected": 5, "returned": 4}
