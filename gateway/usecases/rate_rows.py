"""One row of a list of rates: every problem of it, or a rate."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import cast

from formats.tabular import Column, Row
from gateway.domain import identifiers, money
from gateway.domain.rates import CONFIDENCES, HUNDREDTHS, KINDS, Kind, Rate
from gateway.usecases.rows import Flaw, RowProblem

COLUMNS = (
    Column("kind", ("Loại mức",), required=True),
    Column("programme", ("Chương trình",), required=True),
    Column("group", ("Nhóm đối tượng", "Nhóm")),
    Column("place", ("Địa bàn", "Mã tỉnh, mã xã"), kind="digits"),
    Column("age_from", ("Từ tuổi",)),
    Column("age_below", ("Dưới tuổi",)),
    Column("since", ("Từ tháng",), required=True, kind="month"),
    Column("until", ("Đến tháng",), kind="month"),
    Column("value", ("Mức", "Giá trị"), required=True),
    Column("in_force", ("Ngày có hiệu lực", "Ngày hiệu lực"), required=True),
    Column("legal", ("Căn cứ pháp lý", "Văn bản"), required=True),
    Column("source", ("Nguồn",), required=True),
    Column("confidence", ("Độ tin cậy",), required=True),
)
"""The columns of a list of rates (docs/rate.md) with their Vietnamese headings."""

Province = Callable[[str], str | None]
"""Where a place lies; None for what is none."""

_OF_KIND: Mapping[str, frozenset[str]] = {
    "level": frozenset(),
    "coefficient": frozenset({"group", "age_from", "age_below"}),
    "amount": frozenset({"group"}),
    "instead": frozenset({"place"}),
    "addition": frozenset({"place"}),
}
"""Columns that only some kinds have; ``group`` and ``place`` must then be filled in."""
_COEFFICIENT = re.compile(r"([0-9]{1,2})(?:[.,]([0-9]{1,2}))?")
_AGE = re.compile(r"[0-9]{1,3}")
_BASES_IN = 100
"""Whole dong at every coefficient of whole hundredths."""


def check(row: Row, province: Province) -> Rate | list[RowProblem]:
    """The rate, still without a number, or every problem of the row; damaged fields are reported already."""
    values = {column.name: unicodedata.normalize("NFC", row.values[column.name].strip()) for column in COLUMNS}
    flaws = [*_about(values, province), *_times(values), *_worth(values), *_ground(values)]
    if flaws or row.damaged:
        return [RowProblem(row.number, *flaw) for flaw in flaws if flaw[0] not in row.damaged]
    return _rate(values)


def _about(values: Mapping[str, str], province: Province) -> Iterator[Flaw]:
    kind = values["kind"]
    if kind not in KINDS:
        yield "kind", "rate_kind_unknown" if kind else "missing", {"known": ", ".join(KINDS)}
    if identifiers.programme(values["programme"]) is None:
        yield "programme", "programme_invalid" if values["programme"] else "missing", {}
    for field in ("group", "place", "age_from", "age_below"):
        if values[field] and field not in _OF_KIND.get(kind, {field}):
            yield field, "rate_not_of_kind", {"kind": kind}
    for field in ("group", "place"):
        if not values[field] and field in _OF_KIND.get(kind, ()):
            yield field, "missing", {}
    if values["group"] and identifiers.programme(values["group"]) is None:
        yield "group", "group_invalid", {}
    if values["place"] and province(values["place"]) is None:
        yield "place", "place_unknown", {}
    yield from _ages(values)


def _ages(values: Mapping[str, str]) -> Iterator[Flaw]:
    bad = [field for field in ("age_from", "age_below") if values[field] and not _AGE.fullmatch(values[field])]
    for field in bad:
        yield field, "age_invalid", {}
    if not bad and values["age_below"] and int(values["age_below"]) <= int(values["age_from"] or 0):
        yield "age_below", "ages_reversed", {}


def _times(values: Mapping[str, str]) -> Iterator[Flaw]:
    since, until = values["since"], values["until"]
    if not identifiers.is_month(since):
        yield "since", "month_invalid" if since else "missing", {}
    if until and not identifiers.is_month(until):
        yield "until", "month_invalid", {}
    elif until and identifiers.is_month(since) and until < since:
        yield "until", "until_before_since", {}
    if identifiers.iso_date(values["in_force"]) is None:
        yield "in_force", "date_invalid" if values["in_force"] else "missing", {}


def _worth(values: Mapping[str, str]) -> Iterator[Flaw]:
    value = values["value"]
    if not value:
        yield "value", "missing", {}
    elif values["kind"] == "coefficient":
        if not _COEFFICIENT.fullmatch(value):
            yield "value", "coefficient_invalid", {}
    elif value != "0" and not money.is_whole(value):
        yield "value", "amount_not_integer", {}
    elif values["kind"] in ("level", "instead") and int(value) % _BASES_IN:
        yield "value", "base_not_in_hundreds", {}


def _ground(values: Mapping[str, str]) -> Iterator[Flaw]:
    for field in ("legal", "source"):
        if not values[field]:
            yield field, "missing", {}
    if values["confidence"] not in CONFIDENCES:
        yield (
            "confidence",
            "confidence_unknown" if values["confidence"] else "missing",
            {"known": ", ".join(CONFIDENCES)},
        )


def _rate(values: Mapping[str, str]) -> Rate:
    return Rate(
        number=0,
        kind=cast(Kind, values["kind"]),
        programme=identifiers.programme(values["programme"]) or "",
        group=identifiers.programme(values["group"]) or "",
        place=values["place"],
        age_from=int(values["age_from"] or 0),
        age_below=int(values["age_below"]) if values["age_below"] else None,
        since=values["since"],
        until=values["until"] or None,
        value=hundredths(values["value"]) if values["kind"] == "coefficient" else int(values["value"]),
        in_force=date.fromisoformat(values["in_force"]),
        legal=values["legal"],
        source=values["source"],
        confidence=values["confidence"],
    )


def hundredths(text: str) -> int:
    """``1,5`` and ``1.50`` are 150; never by way of a float."""
    found = _COEFFICIENT.fullmatch(text)
    assert found is not None, "checked before"
    return int(found[1]) * HUNDREDTHS + int((found[2] or "").ljust(2, "0"))
