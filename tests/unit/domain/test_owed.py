"""What a person is owed, and the arrears of a back-dated rise: the rules one by one, then against another reckoning."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from gateway.domain.identifiers import possible_births
from gateway.domain.months import months
from gateway.domain.owed import Arrears, Entitlement, Listed, Person, Remark, arrears, entitled
from gateway.domain.rates import Kind, Rate, Rates, first_changed

BEFORE, NOW = date(2026, 10, 4), date(2026, 10, 5)
BIRTHDAY = date(1946, 9, 17)


def rate(
    number: int, kind: Kind, value: int, since: str = "2021-07", in_force: str = "2021-07-01", legal: str = "old",
    programme: str = "btxh", group: str = "", place: str = "", age_from: int = 0, age_below: int | None = None,
    until: str | None = None,
) -> Rate:  # fmt: skip
    return Rate(
        number=number, kind=kind, programme=programme, since=since, until=until, value=value, legal=legal,
        in_force=date.fromisoformat(in_force), group=group, place=place, age_from=age_from, age_below=age_below,
    )  # fmt: skip


RISE = [
    rate(1, "level", 500_000, "2024-07", "2024-07-01", "76/2024"),
    rate(2, "level", 540_000, "2026-07", "2026-10-05", "335/2026"),
    rate(3, "coefficient", 150, group="disabled"),
    rate(4, "coefficient", 150, group="elderly", age_from=60, age_below=80),
    rate(5, "coefficient", 200, group="elderly", age_from=80),
    rate(6, "level", 500_000, "2025-07", "2025-07-01", "176/2025", programme="pension"),
    rate(7, "level", 540_000, "2026-07", "2026-10-05", "335/2026", programme="pension"),
    rate(8, "coefficient", 100, group="single-parent"),
]


def right(
    group: str = "disabled", since: str = "2025-01", until: str | None = None, programme: str = "btxh",
    commune: str = "00004", province: str = "01", times: int = 1,
) -> Entitlement:  # fmt: skip
    return Entitlement(
        programme=programme, group=group, commune=commune, province=province, since=since, until=until, times=times
    )


def person(*rights: Entitlement, born: date | None = date(1980, 5, 2), died: date | None = None) -> Person:
    return Person(person="p", born=born, died=died, entitlements=rights)


def amount(month: str, who: Person, rows: list[Rate] = RISE, on: date = NOW) -> int | None:
    due = entitled(month, who, Rates(rows, on)).due
    return due.amount if due else None


def codes(month: str, who: Person, rows: list[Rate] = RISE) -> list[str]:
    return [each.code for each in entitled(month, who, Rates(rows, NOW)).remarks]


def as_listed(who: Person, first: str, last: str) -> list[Listed]:
    """What lists had month by month, before anybody knew of the rise."""
    dues = [entitled(month, who, Rates(RISE, BEFORE)).due for month in months(first, last)]
    return [Listed(programme=due.entitlement.programme, month=due.month, amount=due.amount) for due in dues if due]


def owed_since_july(who: Person, listed: list[Listed]) -> dict[str, int]:
    lines, remarks = arrears(who, "2026-07", "2026-10", Rates(RISE, NOW), listed)
    assert not remarks
    return {line.due.month: line.amount for line in lines}


# --- a month ---------------------------------------------------------------------------------------------------


def test_the_rise_is_owed_from_july_and_only_from_the_day_it_is_in_force() -> None:
    who = person(right())
    assert amount("2026-06", who) == 750_000
    assert amount("2026-07", who) == 810_000
    assert amount("2026-07", who, on=BEFORE) == 750_000


@pytest.mark.parametrize(("month", "expected"), [("2026-07", None), ("2026-08", 810_000), ("2026-12", 810_000)])
def test_entitlement_starts_in_the_month_of_the_decision(month: str, expected: int | None) -> None:
    assert amount(month, person(right(since="2026-08"))) == expected


@pytest.mark.parametrize(("month", "expected"), [("2026-08", 810_000), ("2026-09", None)])
def test_the_month_of_death_is_the_last_one_paid(month: str, expected: int | None) -> None:
    assert amount(month, person(right(), died=date(2026, 8, 1))) == expected


@pytest.mark.parametrize(("month", "expected"), [("2026-08", 810_000), ("2026-09", 1_080_000), ("2026-10", 1_080_000)])
def test_a_higher_coefficient_counts_from_the_month_of_the_birthday(month: str, expected: int) -> None:
    assert amount(month, person(right("elderly"), born=BIRTHDAY)) == expected


@pytest.mark.parametrize(("month", "expected"), [("2026-08", 1_350_000), ("2026-09", 1_350_000), ("2026-10", 810_000)])
def test_a_lower_coefficient_counts_from_the_month_after_the_birthday(month: str, expected: int) -> None:
    rows = [
        *RISE,
        rate(20, "coefficient", 250, group="child", age_below=4),
        rate(21, "coefficient", 150, group="child", age_from=4, age_below=16),
    ]
    assert amount(month, person(right("child"), born=date(2022, 9, 1)), rows) == expected


def test_an_age_for_which_nothing_is_laid_down_is_a_finding_and_not_an_amount_of_zero() -> None:
    who = person(right("elderly"), born=date(1980, 5, 2))
    assert amount("2026-09", who) is None
    assert codes("2026-09", who) == ["coefficient_unknown"]


def test_without_a_date_of_birth_only_what_depends_on_age_cannot_be_reckoned() -> None:
    assert codes("2026-09", person(right("elderly"), born=None)) == ["birth_date_missing"]
    assert amount("2026-09", person(right("disabled"), born=None)) == 810_000


@pytest.mark.parametrize(("year", "expected"), [(1930, 1_080_000), (1946, None), (1950, 810_000)])
def test_a_year_of_birth_is_enough_where_every_day_of_it_gives_the_same(year: int, expected: int | None) -> None:
    who = replace(person(right("elderly"), born=None), births=possible_births(str(year)))
    assert amount("2026-09", who) == expected
    assert codes("2026-09", who) == ([] if expected else ["birth_date_missing"])


def test_a_programme_with_groups_pays_nobody_without_one_and_one_without_groups_pays_its_level() -> None:
    assert codes("2026-09", person(right(group=""))) == ["coefficient_unknown"]
    assert amount("2026-09", person(right(group="", programme="pension"))) == 540_000


def test_a_programme_without_a_level_is_a_finding() -> None:
    assert codes("2020-01", person(right(since="2019-01"))) == ["level_unknown"]


def test_of_several_regimes_the_highest_is_owed_and_never_the_sum() -> None:
    who = person(right(group="", programme="pension"), right("disabled"))
    due = entitled("2026-09", who, Rates(RISE, NOW)).due
    assert due
    assert (due.amount, due.entitlement.programme) == (810_000, "btxh")


def test_of_equal_regimes_the_one_that_began_first_counts_then_the_order_of_names() -> None:
    alike = [right("single-parent", "2025-03"), right("", "2025-01", programme="pension")]
    due = entitled("2026-09", person(*alike), Rates(RISE, NOW)).due
    assert due
    assert due.entitlement.programme == "pension"
    alike = [right("", "2025-03", programme="pension"), right("single-parent", "2025-03")]
    for order in (alike, alike[::-1]):
        due = entitled("2026-09", person(*order), Rates(RISE, NOW)).due
        assert due
        assert due.entitlement.programme == "btxh"


def test_a_regime_that_cannot_be_reckoned_does_not_stop_the_other() -> None:
    who = person(right("disabled"), right("unheard-of"))
    assert amount("2026-09", who) == 810_000
    assert codes("2026-09", who) == ["coefficient_unknown"]


def test_two_communes_in_one_month_pay_once_and_are_a_finding() -> None:
    who = person(right(commune="00004"), right(commune="00008"))
    assert amount("2026-09", who) == 810_000
    assert codes("2026-09", who) == ["two_communes"]


def test_a_single_parent_gets_the_coefficient_for_every_child() -> None:
    assert amount("2026-09", person(right("single-parent", times=3))) == 1_620_000


# --- rates -----------------------------------------------------------------------------------------------------


def test_a_local_base_is_multiplied_and_an_addition_is_not() -> None:
    rows = [
        *RISE,
        rate(20, "instead", 650_000, place="01"),
        rate(21, "addition", 30_000, place="01"),
        rate(22, "addition", 5_000, place="00004"),
    ]
    due = entitled("2026-09", person(right()), Rates(rows, NOW)).due
    assert due
    assert (due.base, due.coefficient, due.addition, due.amount) == (650_000, 150, 35_000, 1_010_000)
    assert amount("2026-09", person(right(commune="00008")), rows) == 1_005_000
    assert amount("2026-09", person(right(commune="27559", province="79")), rows) == 810_000


def test_an_amount_of_the_group_itself_counts_instead_of_base_and_coefficient() -> None:
    rows = [
        *RISE,
        rate(20, "amount", 1_234_500, group="invalid-61", programme="merit", since="2024-07"),
        rate(21, "addition", 30_000, place="01", programme="merit"),
        rate(22, "instead", 900_000, place="01"),
        rate(23, "amount", 700_000, group="disabled", since="2026-09"),
    ]
    assert amount("2026-09", person(right("invalid-61", programme="merit")), rows) == 1_264_500
    levelled = [*rows, rate(24, "level", 2_789_000, programme="merit")]
    assert codes("2026-09", person(right("", programme="merit")), levelled) == ["coefficient_unknown"]
    assert amount("2026-08", person(right("disabled")), rows) == 1_350_000
    assert amount("2026-09", person(right("disabled")), rows) == 700_000
    assert amount("2026-09", person(right("disabled", times=2)), rows) == 1_400_000


def test_a_local_base_that_the_national_one_has_overtaken_lowers_nothing() -> None:
    rows = [*RISE, rate(20, "instead", 530_000, place="01")]
    assert amount("2026-06", person(right()), rows) == 795_000
    assert amount("2026-09", person(right()), rows) == 810_000


def test_of_two_laws_about_a_month_the_one_that_came_into_force_last_counts() -> None:
    rows = [*RISE, rate(20, "level", 600_000, "2026-01", "2026-10-05", "newer"), rate(21, "level", 1, "2026-08")]
    assert amount("2026-06", person(right()), rows) == 900_000
    assert amount("2026-07", person(right()), rows) == 810_000, "of one day the later month"
    assert amount("2026-09", person(right()), rows) == 810_000, "older law that says something of a later month"


def test_the_same_name_again_corrects_a_rate_and_zero_takes_it_back() -> None:
    corrected = [*RISE, rate(20, "level", 550_000, "2026-07", "2026-10-01", "335/2026")]
    assert amount("2026-09", person(right()), corrected) == 825_000
    assert amount("2026-09", person(right()), corrected, on=BEFORE) == 825_000
    taken_back = [*RISE, rate(20, "level", 0, "2026-07", "2026-10-05", "335/2026")]
    assert amount("2026-09", person(right()), taken_back) == 750_000


def test_a_document_that_is_not_in_force_yet_hides_nothing_that_another_said_of_the_same_month() -> None:
    rows = [*RISE, rate(20, "level", 560_000, "2026-07", "2026-12-01", "400/2026")]
    assert amount("2026-09", person(right()), rows) == 810_000
    assert amount("2026-09", person(right()), rows, on=date(2026, 12, 1)) == 840_000


def test_a_rate_ends_with_its_last_month() -> None:
    rows = [*RISE, rate(20, "addition", 10_000, place="01", until="2026-08")]
    assert amount("2026-08", person(right()), rows) == 820_000
    assert amount("2026-09", person(right()), rows) == 810_000


def test_what_changed_reaches_back_to_the_month_of_the_rise_or_the_correction() -> None:
    assert first_changed(Rates(RISE, BEFORE), Rates(RISE, NOW)) == "2026-07"
    assert first_changed(Rates(RISE, NOW), Rates(RISE, NOW)) is None
    taken_back = [*RISE, rate(20, "level", 0, "2024-07", "2024-07-01", "76/2024")]
    assert first_changed(Rates(RISE, NOW), Rates(taken_back, NOW)) == "2024-07"


def test_what_would_not_come_out_in_whole_dong_is_rounded_up() -> None:
    rows = [rate(1, "level", 333), rate(2, "coefficient", 150, group="disabled")]
    assert amount("2026-09", person(right()), rows) == 500


# --- arrears ---------------------------------------------------------------------------------------------------


def test_the_rise_of_the_exam_month_is_one_line_for_each_month_since_july() -> None:
    who = person(right(group="", programme="pension"))
    lines, remarks = arrears(who, "2026-07", "2026-10", Rates(RISE, NOW), as_listed(who, "2026-07", "2026-10"))
    assert not remarks
    assert [(line.due.month, line.amount, line.due.amount, line.listed) for line in lines] == [
        (f"2026-{month}", 40_000, 540_000, 500_000) for month in ("07", "08", "09", "10")
    ]


def test_a_mover_gets_the_arrears_of_each_commune_for_its_own_months() -> None:
    who = person(right(until="2026-07"), right(since="2026-09", commune="00008"))
    lines, remarks = arrears(who, "2026-07", "2026-10", Rates(RISE, NOW), as_listed(who, "2026-07", "2026-10"))
    assert [(line.due.month, line.amount, line.due.entitlement.commune) for line in lines] == [
        ("2026-07", 60_000, "00004"), ("2026-09", 60_000, "00008"), ("2026-10", 60_000, "00008")
    ]  # fmt: skip
    assert not remarks


def test_a_new_entrant_gets_arrears_from_the_month_of_the_decision() -> None:
    who = person(right(since="2026-08"))
    listed = as_listed(who, "2026-09", "2026-10")
    assert owed_since_july(who, listed) == {"2026-08": 810_000, "2026-09": 60_000, "2026-10": 60_000}


def test_a_dead_person_gets_arrears_through_the_month_of_death() -> None:
    who = person(right(), died=date(2026, 8, 31))
    assert owed_since_july(who, as_listed(who, "2026-07", "2026-10")) == {"2026-07": 60_000, "2026-08": 60_000}


def test_a_change_of_regime_in_the_months_of_the_rise_counts_from_its_month() -> None:
    who = person(right("single-parent"), right("elderly", since="2026-09"), born=BIRTHDAY)
    listed = as_listed(who, "2026-07", "2026-10")
    assert [each.amount for each in listed] == [500_000, 500_000, 1_000_000, 1_000_000]
    assert owed_since_july(who, listed) == {
        "2026-07": 40_000, "2026-08": 40_000, "2026-09": 80_000, "2026-10": 80_000
    }  # fmt: skip


def test_what_was_listed_in_another_programme_is_counted_and_told() -> None:
    who = person(right(group="", programme="pension"), right("disabled", since="2026-07"))
    lines, remarks = arrears(
        who, "2026-07", "2026-07", Rates(RISE, NOW), [Listed(programme="pension", month="2026-07", amount=500_000)]
    )
    assert [(line.due.entitlement.programme, line.amount) for line in lines] == [("btxh", 310_000)]
    assert remarks == [
        Remark(code="listed_elsewhere", person="p", month="2026-07", programme="pension", amount=500_000)
    ]


@pytest.mark.parametrize(
    ("who", "listed", "excess"),
    [
        pytest.param(person(right(), died=date(2026, 6, 30)), 750_000, 750_000, id="dead"),
        pytest.param(person(right(until="2026-06")), 750_000, 750_000, id="stopped"),
        pytest.param(person(right()), 900_000, 90_000, id="too much"),
    ],
)
def test_an_overpayment_is_a_finding_and_never_a_line(who: Person, listed: int, excess: int) -> None:
    paid = [Listed(programme="btxh", month="2026-07", amount=listed)]
    lines, remarks = arrears(who, "2026-07", "2026-07", Rates(RISE, NOW), paid)
    assert not lines
    assert remarks == [Remark(code="overpaid", person="p", month="2026-07", programme="btxh", amount=excess)]


def test_an_overpayment_of_one_month_is_not_set_against_another() -> None:
    paid = [Listed(programme="btxh", month=f"2026-{month}", amount=value) for month, value in
            (("07", 900_000), ("08", 750_000))]  # fmt: skip
    lines, _remarks = arrears(person(right()), "2026-07", "2026-08", Rates(RISE, NOW), paid)
    assert [(line.due.month, line.amount) for line in lines] == [("2026-08", 60_000)]


def test_nothing_is_called_overpaid_while_a_regime_cannot_be_reckoned() -> None:
    who = person(right("unheard-of"))
    paid = [Listed(programme="btxh", month="2026-07", amount=750_000)]
    lines, remarks = arrears(who, "2026-07", "2026-07", Rates(RISE, NOW), paid)
    assert (lines, [each.code for each in remarks]) == ([], ["coefficient_unknown"])


def test_what_was_paid_as_arrears_is_not_owed_again() -> None:
    who = person(right())
    listed = as_listed(who, "2026-07", "2026-10")
    first: list[Arrears] = arrears(who, "2026-07", "2026-10", Rates(RISE, NOW), listed)[0]
    paid = [Listed(programme="btxh", month=line.due.month, amount=line.amount) for line in first]
    assert arrears(who, "2026-07", "2026-10", Rates(RISE, NOW), [*listed, *paid]) == ([], [])
