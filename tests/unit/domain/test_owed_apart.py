"""The same sums reckoned in another way: days of a calendar painted by one law after the other, with fractions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.months import months
from gateway.domain.owed import Entitlement, Listed, Person, arrears, entitled
from gateway.domain.rates import Rate, Rates

CALENDAR = [f"{year}-{month:02d}" for year in (2026, 2027) for month in range(1, 13)]
FIRST, LAST = CALENDAR[3], CALENDAR[14]
LAWS = [date(2026, month, 5) for month in (1, 6, 10)]
HISTORY = "2025-01"


# --- the other reckoning ---------------------------------------------------------------------------------------


def standing(rates: list[Rate], on: date) -> list[Rate]:
    """What is law that day and was not said otherwise later, in the order in which the laws came."""
    said: dict[tuple[object, ...], Rate] = {}
    for rate in sorted(rates, key=lambda rate: rate.number):
        said[rate.kind, rate.programme, rate.group, rate.place, rate.age_from, rate.since, rate.legal] = rate
    found = [rate for rate in said.values() if rate.value != 0 and rate.in_force <= on]
    return sorted(found, key=lambda rate: (rate.in_force, rate.since, rate.number))


def painted(laws: list[Rate], kind: str, programme: str, subject: str) -> dict[str, Fraction]:
    """Month -> what the laws say in the end, each painted over those before it."""
    calendar: dict[str, Fraction] = {}
    for rate in laws:
        if (rate.kind, rate.programme, rate.group + rate.place) == (kind, programme, subject):
            until = rate.until or CALENDAR[-1]
            calendar |= {month: Fraction(rate.value) for month in CALENDAR if rate.since <= month <= until}
    return calendar


def age(born: date, day: date) -> int:
    """In whole years; who was born on 29 February has the birthday on the 28th in other years."""
    leap = (born.month, born.day) == (2, 29) and day.year % 4 != 0
    return max(day.year - born.year - ((day.month, day.day) < (born.month, born.day - leap)), 0)


def days(month: str) -> list[date]:
    """The last day of the month before, and all of this one."""
    day = date.fromisoformat(f"{month}-01") - timedelta(days=1)
    found = [day]
    while (day := day + timedelta(days=1)).isoformat()[:7] == month:
        found.append(day)
    return found


def worth(month: str, person: Person, right: Entitlement, laws: list[Rate]) -> int | None:
    """None when it cannot be reckoned."""
    national = painted(laws, "level", right.programme, "").get(month)
    factors = set(factors_of(month, person, right, laws))
    if national is None or not factors:
        return None
    places = (right.province, right.commune)
    own = [painted(laws, "instead", right.programme, place).get(month, Fraction(0)) for place in places]
    more = [painted(laws, "addition", right.programme, place).get(month, Fraction(0)) for place in places]
    return ceil(max([national, *own]) * max(factors) * right.times) + int(sum(more))


def factors_of(month: str, person: Person, right: Entitlement, laws: list[Rate]) -> Iterator[Fraction]:
    """Of every age that the person has in the month."""
    if not right.group:
        if not [rate for rate in laws if (rate.kind, rate.programme) == ("coefficient", right.programme)]:
            yield Fraction(1)
        return
    assert person.born
    for years in {age(person.born, day) for day in days(month)}:
        fitting = [rate for rate in laws if years in range(rate.age_from, rate.age_below or 999)]
        if factor := painted(fitting, "coefficient", right.programme, right.group).get(month):
            yield factor / 100


def owed_apart(month: str, person: Person, rates: list[Rate], on: date) -> int:
    if person.died and date.fromisoformat(f"{month}-01") > person.died:
        return 0
    rights = [each for each in person.entitlements if month in list(months(each.since, each.until or CALENDAR[-1]))]
    return max((worth(month, person, each, standing(rates, on)) or 0 for each in rights), default=0)


# --- what is drawn ---------------------------------------------------------------------------------------------

month = st.sampled_from(CALENDAR[:18])
end = st.none() | st.sampled_from(CALENDAR[6:])


@st.composite
def rate(draw: st.DrawFn) -> Rate:
    kind = draw(st.sampled_from(["level", "level", "coefficient", "coefficient", "instead", "addition"]))
    local = kind in ("instead", "addition")
    bounds = draw(st.sampled_from([(0, None), (0, 4), (4, 16), (16, None), (75, None), (0, 75)]))
    age_from, age_below = bounds if kind == "coefficient" else (0, None)
    factor = st.integers(0, 300)
    return Rate(
        number=0,
        kind=kind,
        programme=draw(st.sampled_from(["a", "a", "b"])),
        group=draw(st.sampled_from(["g", "h"])) if kind == "coefficient" else "",
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
