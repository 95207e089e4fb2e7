"""A population registry that answers a request list, as somebody brings its file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from support.gateways import PAYER, Gateway

from gateway.usecases.population.answer import Taken, take
from gateway.usecases.population.request import ask

Rows = list[dict[str, str]]


def asked(gateway: Gateway, programme: str = "btxh") -> bytes:
    """The request list of everybody in the roster."""
    sink = io.BytesIO()
    ask(gateway.context, PAYER, programme, "maker", sink)
    return sink.getvalue()


def confirming(gateway: Gateway, request: bytes, day: str | None = None) -> Rows:
    """An answer that confirms everybody, by our names of its columns."""
    profile = gateway.context.population
    headings = {heading: name for name, heading in profile.asked.items()}
    found = csv.DictReader(io.StringIO(request.decode("utf-8-sig")))
    rows = [{headings[heading]: value for heading, value in row.items()} for row in found]
    more = {"result": "00", "answered_on": day or gateway.context.today().isoformat()}
    return [{name: (row | more).get(name, "") for name in profile.answered} for row in rows]


def written(gateway: Gateway, rows: Sequence[Mapping[str, str]], without: str = "") -> bytes:
    columns = {name: text for name, text in gateway.context.population.answered.items() if name != without}
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns.values())
    writer.writerows([row[name] for name in columns] for row in rows)
    return text.getvalue().encode()


def told(gateway: Gateway, rows: Sequence[Mapping[str, str]]) -> Taken:
    return brought(gateway, written(gateway, rows))


def brought(gateway: Gateway, content: bytes) -> Taken:
    return take(gateway.context, io.BytesIO(content), "answer.csv", "maker")
