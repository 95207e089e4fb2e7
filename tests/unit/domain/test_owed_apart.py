"""Whatever rates and people are drawn: the same sums as those that are reckoned apart."""

from __future__ import annotations

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from support.owed_apart import CALENDAR, owed_apart

from gateway.domain.months import months
from gateway.domain.owed import Entitlement, Listed, Person, arrears, entitled
from gateway.domain.rates import Rate, Rates

FIRST, LAST = CALENDAR[3], CALENDAR[14]
LAWS = [date(2026, month, 5) for month in (1, 6, 10)]
HISTORY = "2025-01"


# --- what is drawn ---------------------------------------------------------------------------------------------

month = st.sampled_from(CALENDAR[:18])
end = st.none() | st.sampled_from(CALENDAR[6:])


@st.composite
def rate(draw: st.DrawFn) -> Rate:
    kind = draw(st.sampled_from(["level", "level", "coefficient", "coefficient", "amount", "instead", "addition"]))
    local = kind in ("instead", "addition")
    bounds = draw(st.sampled_from([(0, None), (0, 4), (4, 16), (16, None), (75, None), (0, 75)]))
    age_from, age_below = bounds if kind == "coefficient" else (0, None)
    factor = st.integers(0, 300)
    return Rate(
        number=0,
        kind=kind,
        programme=draw(st.sampled_from(["a", "a", "b"])),
        group=draw(st.sampled_from(["g", "h"])) if kind in ("coefficient", "amount") else "",
        place=draw(st.sampled_from(["01", "00004"])) if local else "",
        since=draw(st.just(HISTORY) | month),
        until=draw(end),
        value=draw(factor if kind == "coefficient" else st.integers(0, 1000)),
        in_force=draw(st.sampled_from(LAWS)),
        legal=draw(st.sampled_from(["decree", "resolution"])),
        age_from=age_from,
        age_below=age_below,
    )


@st.composite
def table(draw: st.DrawFn) -> list[Rate]:
    rows = draw(st.lists(rate(), min_size=3, max_size=12))
    return [
        Rate(**{name: getattr(row, name) for name in Rate.__slots__} | {"number": at}) for at, row in enumerate(rows)
    ]


right = st.builds(
    Entitlement,
    programme=st.sampled_from(["a", "a", "b"]),
    group=st.sampled_from(["g", "g", "h", ""]),
    commune=st.sampled_from(["00004", "00008"]),
    province=st.sampled_from(["01", "79"]),
    since=month,
    until=end,
    times=st.integers(1, 3),
)
person = st.builds(
    Person,
    person=st.just("p"),
    born=st.sampled_from(
        [date(2022, 8, 1), date(2010, 12, 31), date(1952, 2, 29), date(1951, 7, 17), date(1980, 5, 2)]
    ),
    died=st.none() | st.dates(date(2026, 3, 1), date(2027, 3, 31)),
    entitlements=st.lists(right, min_size=1, max_size=3).map(tuple),
)
listed = st.lists(
    st.builds(
        Listed,
        programme=st.sampled_from(["a", "b"]),
        month=st.sampled_from(CALENDAR[3:15]),
        amount=st.integers(1, 2000),
    ),
    max_size=8,
)


@given(table(), person, st.sampled_from(LAWS))
def test_what_is_owed_in_every_month_is_the_same_when_it_is_reckoned_apart(
    rows: list[Rate], who: Person, on: date
) -> None:
    rates = Rates(rows, on)
    for each in months(FIRST, LAST):
        due = entitled(each, who, rates).due
        assert (due.amount if due else 0) == owed_apart(each, who, rows, on)


@given(table(), person, listed)
def test_arrears_make_every_month_whole_and_are_never_negative(
    rows: list[Rate], who: Person, before: list[Listed]
) -> None:
    lines, remarks = arrears(who, FIRST, LAST, Rates(rows, LAWS[-1]), before)
    assert [line.due.month for line in lines] == sorted({line.due.month for line in lines}), "one line a month"
    got = {line.due.month: line.amount for line in lines}
    excess = {each.month: each.amount for each in remarks if each.code == "overpaid"}
    unknown = {each.month for each in remarks if each.code.endswith(("_unknown", "_missing"))}
    paid = Counter[str]()
    for each in before:
        paid[each.month] += each.amount
    for month_ in months(FIRST, LAST):
        owed = owed_apart(month_, who, rows, LAWS[-1])
        assert got.get(month_, 0) == max(owed - paid[month_], 0)
        assert excess.get(month_, 0) == (0 if month_ in unknown else max(paid[month_] - owed, 0))
