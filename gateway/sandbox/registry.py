"""A rehearsal population registry: answers a request list, each person by the last two digits of the id."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from adapters.profile import RegistryProfile

BY_ENDING: Mapping[str, str] = MappingProxyType(
    {"91": "name_differs", "92": "birth_differs", "93": "deceased", "94": "moved", "95": "unknown"}
)
"""Everybody else is confirmed."""

_MOVED_TO = "00166"
"""Phường Cầu Giấy, Hà Nội."""
_DEAD_FOR = timedelta(days=20)


def answer(request: bytes, profile: RegistryProfile, today: date) -> tuple[bytes, Counter[str]]:
    """The answer list, and how many people got which result."""
    fields = {heading: field for field, heading in profile.asked.items()}
    asked = csv.DictReader(io.StringIO(request.decode("utf-8-sig")))
    rows = [_answered({fields[heading]: value for heading, value in row.items()}, today) for row in asked]
    codes: dict[str, str] = {result: code for code, result in profile.results.items()}
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(profile.answered.values())
    for row in rows:
        told = row | {"result": codes[row["result"]]}
        writer.writerow([told.get(field, "") for field in profile.answered])
    return text.getvalue().encode(), Counter(row["result"] for row in rows)


def _answered(asked: dict[str, str], today: date) -> dict[str, str]:
    result = BY_ENDING.get(asked["beneficiary_id"][-2:], "confirmed")
    known = {
        "name_differs": {"known_name": f"{asked['name']} A"},
        "birth_differs": {"known_birth": _a_day_later(asked["birth"])},
        "deceased": {"died_on": (today - _DEAD_FOR).isoformat()},
        "moved": {"new_commune": _MOVED_TO},
    }
    return asked | {"answered_on": today.isoformat(), "result": result} | known.get(result, {})


def _a_day_later(birth: str) -> str:
    """Of a whole day; of a year or a month another year."""
    try:
        return (date.fromisoformat(birth) + timedelta(days=1)).isoformat()
    except ValueError:
        return f"{int(birth[:4]) - 1}{birth[4:]}"
