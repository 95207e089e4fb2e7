"""Lists of rates: every problem of every row, two people, corrections, and the list that comes with the gateway."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from support.gateways import Gateway, person
from support.rates import HEAD, LEVEL, RISE, confirmed, proposed, rates_of

from gateway.domain.errors import Refusal
from gateway.domain.owed import Entitlement, Person, entitled
from gateway.domain.rates import Rate, Rates
from gateway.usecases import decide, rate_import
from gateway.usecases.acts import ACTS

NOVEMBER = date(2026, 11, 30)


def flaws(gateway: Gateway, *rows: str, head: str = HEAD) -> list[tuple[int, str, str]]:
    plan = rate_import.preview(gateway.context, io.BytesIO("\n".join([head, *rows]).encode()), "rates.csv")
    return [(each.row, each.field, each.code) for each in plan.problems]


def shipped(gateway: Gateway) -> rate_import.Plan:
    with rate_import.SHIPPED.open("rb") as source:
        return rate_import.preview(gateway.context, source, "rates.csv")


# --- two people ------------------------------------------------------------------------------------------------


def test_m11_a_list_of_rates_counts_only_when_a_second_person_has_confirmed_it(gateway: Gateway) -> None:
    decision = proposed(gateway, LEVEL, RISE)
    assert rates_of(gateway) == []
    with pytest.raises(Refusal, match="second_person_needed"):
        decide.confirm(gateway.context, ACTS, decision.reference, "checker", person("checker"))
    assert confirmed(gateway, decision) == "executed"
    assert [(each.number, each.value, each.since, each.in_force.isoformat()) for each in rates_of(gateway)] == [
        (1, 500_000, "2024-07", "2024-07-01"),
        (2, 540_000, "2026-07", "2026-10-05"),
    ]


def test_a_list_that_waits_is_shown_as_what_it_would_add(gateway: Gateway) -> None:
    decision = proposed(gateway, LEVEL)
    before = rate_import.of_decision(gateway.context, decision.reference)
    confirmed(gateway, decision)
    after = rate_import.of_decision(gateway.context, decision.reference)
    assert [each.value for each in before] == [each.value for each in after] == [500_000]
    assert [each.number for each in (*before, *after)] == [0, 1]


def test_only_one_list_waits_at_a_time(gateway: Gateway) -> None:
    proposed(gateway, LEVEL)
    with pytest.raises(Refusal, match="decision_open"):
        proposed(gateway, RISE)


def test_the_same_list_again_changes_nothing(gateway: Gateway) -> None:
    confirmed(gateway, proposed(gateway, LEVEL, RISE))
    plan = rate_import.preview(gateway.context, io.BytesIO("\n".join([HEAD, RISE, LEVEL]).encode()), "again.csv")
    assert (plan.new, plan.unchanged, plan.problems) == ([], 2, [])
    with pytest.raises(Refusal, match="rates_known"):
        proposed(gateway, LEVEL, RISE)


def test_the_same_name_with_another_value_corrects_the_row_and_keeps_it(gateway: Gateway) -> None:
    confirmed(gateway, proposed(gateway, LEVEL, RISE))
    corrected = RISE.replace("540000", "550000")
    plan = rate_import.preview(gateway.context, io.BytesIO(f"{HEAD}\n{LEVEL}\n{corrected}\n".encode()), "c.csv")
    assert ([each.value for each in plan.new], plan.corrected, plan.unchanged) == ([550_000], 1, 1)
    confirmed(gateway, proposed(gateway, corrected))
    assert [each.value for each in rates_of(gateway)] == [500_000, 540_000, 550_000]
    assert [rate_import.found(gateway.context, number)[2] for number in (1, 2, 3)] == [None, 3, None]
    assert [each.value for each in rate_import.in_force(gateway.context, NOVEMBER)] == [550_000, 500_000]


def test_what_is_law_on_a_day_leaves_out_what_is_not_in_force_yet(gateway: Gateway) -> None:
    confirmed(gateway, proposed(gateway, LEVEL, RISE))
    assert [each.value for each in rate_import.in_force(gateway.context, date(2026, 10, 4))] == [500_000]


def test_a_list_with_a_flaw_cannot_be_proposed(gateway: Gateway) -> None:
    with pytest.raises(Refusal, match="rate_list_invalid"):
        proposed(gateway, LEVEL, RISE.replace("540000", "540.000"))


def test_m11_whatever_a_row_says_is_in_what_both_people_sign(gateway: Gateway) -> None:
    row = rate_import.preview(gateway.context, io.BytesIO(f"{HEAD}\n{LEVEL}\n".encode()), "rates.csv").new[0]
    changed = {"in_force": date(2026, 10, 5), "value": 1, "age_from": 1, "age_below": 1, "kind": "instead"}
    said = {name: replace(row, **{name: changed.get(name, "2030-01")}) for name in Rate.__slots__ if name != "number"}
    texts = {name: rate_import.signed([each]) for name, each in said.items()}
    assert len({*texts.values(), rate_import.signed([row])}) == len(texts) + 1


# --- rows ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("levels,p,,,,,2026-07,,500000,2026-10-05,d,s,high", {("kind", "rate_kind_unknown")}),
        (",,,,,,,2026-07,,,,,", {(name, "missing") for name in ("kind", "programme", "since", "value", "in_force",
                                                                "legal", "source", "confidence")}),
        ("level,a b / c,,,,,2026-07,,500000,2026-10-05,d,s,high", {("programme", "programme_invalid")}),
        ("level,p,g,01,1,2,2026-07,,500000,2026-10-05,d,s,high", {(name, "rate_not_of_kind") for name in
                                                                  ("group", "place", "age_from", "age_below")}),
        ("coefficient,p,,,,,2026-07,,\"1,5\",2026-10-05,d,s,high", {("group", "missing")}),
        ("coefficient,p,g/h,,,,2026-07,,1.5,2026-10-05,d,s,high", {("group", "group_invalid")}),
        ("coefficient,p,g,,x,4y,2026-07,,1.5,2026-10-05,d,s,high", {("age_from", "age_invalid"),
                                                                   ("age_below", "age_invalid")}),
        ("coefficient,p,g,,4,4,2026-07,,1.5,2026-10-05,d,s,high", {("age_below", "ages_reversed")}),
        ("coefficient,p,g,,,,2026-07,,1.505,2026-10-05,d,s,high", {("value", "coefficient_invalid")}),
        ("coefficient,p,g,,,,2026-07,,1e1,2026-10-05,d,s,high", {("value", "coefficient_invalid")}),
        ("amount,p,,,1,,2026-07,,1770050,2026-10-05,d,s,high", {("group", "missing"),
                                                                ("age_from", "rate_not_of_kind")}),
        ("addition,p,,,,,2026-07,,500000,2026-10-05,d,s,high", {("place", "missing")}),
        ("instead,p,,1,,,2026-07,,500000,2026-10-05,d,s,high", {("place", "place_unknown")}),
        ("addition,p,,99999,,,2026-07,,500000,2026-10-05,d,s,high", {("place", "place_unknown")}),
        ("level,p,,,,,2026-7,2026/08,500000,5/10/2026,d,s,high", {("since", "month_invalid"),
                                                                  ("until", "month_invalid"),
                                                                  ("in_force", "date_invalid")}),
        ("level,p,,,,,2026-07,2026-06,500000,2026-10-05,d,s,high", {("until", "until_before_since")}),
        ("level,p,,,,,2026-07,,500.000,2026-10-05,d,s,high", {("value", "amount_not_integer")}),
        ("level,p,,,,,2026-07,,500050,2026-10-05,d,s,high", {("value", "base_not_in_hundreds")}),
        ("level,p,,,,,2026-07,,500000,2026-10-05,d,s,sure", {("confidence", "confidence_unknown")}),
        ("level,p,,,,,2026-07,,0,2026-10-05,d,s,high", {("value", "nothing_to_take_back")}),
    ],
)  # fmt: skip
def test_every_problem_of_a_row_is_told_with_its_field(
    gateway: Gateway, row: str, expected: set[tuple[str, str]]
) -> None:
    assert set(flaws(gateway, LEVEL, row)) == {(3, field, code) for field, code in expected}


def test_every_bad_row_of_a_list_is_told_with_its_number(gateway: Gateway) -> None:
    bad = RISE.replace("540000", "x")
    assert flaws(gateway, bad, LEVEL, bad, LEVEL) == [
        (2, "value", "amount_not_integer"),
        (4, "value", "amount_not_integer"),
        (5, "", "rate_twice"),
    ]


def test_a_list_without_rows_or_columns_is_told(gateway: Gateway) -> None:
    assert flaws(gateway) == [(1, "", "empty_file")]
    assert ("legal", "column_missing") in [
        (field, code) for _, field, code in flaws(gateway, head=HEAD.replace("legal", "law"))
    ]


def test_coefficients_are_exact_with_point_or_comma(gateway: Gateway) -> None:
    rows = [f'coefficient,p,g{at},,,,2026-07,,"{text}",2026-10-05,d,s,high' for at, text in
            enumerate(("1,5", "1.50", "2", "0.07", "1.1"))]  # fmt: skip
    plan = rate_import.preview(gateway.context, io.BytesIO("\n".join([HEAD, *rows]).encode()), "rates.csv")
    assert [each.value for each in plan.new] == [150, 150, 200, 7, 110]


def test_vietnamese_headings_are_known(gateway: Gateway) -> None:
    head = (
        "Loại mức;Chương trình;Nhóm đối tượng;Địa bàn;Từ tuổi;Dưới tuổi;Từ tháng;Đến tháng;Mức;Ngày có hiệu lực;"
        "Căn cứ pháp lý;Nguồn;Độ tin cậy"
    )
    assert flaws(gateway, LEVEL.replace(",", ";"), head=head) == []


def test_a_workbook_may_hold_dates_and_numbers_as_such(gateway: Gateway) -> None:
    document = io.BytesIO()
    book = xlsxwriter.Workbook(document, {"in_memory": True})
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(0, 0, HEAD.split(","))
    for row, (kind, group, value) in enumerate((("level", "", 540_000), ("coefficient", "g", 1.5)), start=1):
        sheet.write_row(row, 0, [kind, "p", group])
        sheet.write_datetime(row, 6, datetime(2026, 7, 1), day)
        sheet.write_number(row, 8, value)
        sheet.write_datetime(row, 9, datetime(2026, 10, 5), day)
        sheet.write_row(row, 10, ["335/2026", "gazette", "high"])
    book.close()
    plan = rate_import.preview(gateway.context, document, "rates.xlsx")
    assert plan.problems == []
    assert [(each.since, each.value, each.in_force) for each in plan.new] == [
        ("2026-07", 540_000, date(2026, 10, 5)),
        ("2026-07", 150, date(2026, 10, 5)),
    ]


# --- the list that comes with the gateway ----------------------------------------------------------------------


def test_the_list_that_comes_with_the_gateway_is_good_and_names_its_ground(gateway: Gateway) -> None:
    plan = shipped(gateway)
    assert plan.problems == plan.notes == []
    assert {each.kind for each in plan.new} == {"level", "coefficient", "instead"}
    assert all(each.confidence == "low" for each in plan.new if "recalled, " in each.source)


def test_no_real_coefficient_ever_needs_the_rounding(gateway: Gateway) -> None:
    rows = shipped(gateway).new
    factors = [each.value for each in rows if each.kind == "coefficient"]
    bases = [each.value for each in rows if each.kind in ("level", "instead")]
    assert len(factors) > 10
    assert {base * factor % 100 for base in bases for factor in factors} == {0}


def test_the_rise_of_october_2026_is_owed_by_the_list_that_comes_with_the_gateway(gateway: Gateway) -> None:
    rates = Rates(shipped(gateway).new, NOVEMBER)
    severe = Entitlement(programme="btxh", group="khuyet-tat-nang", commune="00004", province="01", since="2025-01")
    pension = Entitlement(programme="huu-tri-xa-hoi", commune="00004", province="01", since="2025-08")

    def owed(month: str, by: Entitlement) -> int:
        due = entitled(month, Person(person="p", born=date(1980, 5, 2), entitlements=(by,)), rates).due
        return due.amount if due else 0

    assert [owed(month, severe) for month in ("2026-06", "2026-07")] == [750_000, 810_000]
    assert owed("2026-07", pension) == 650_000, "Hà Nội has set more than the country"
