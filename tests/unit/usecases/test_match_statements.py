"""Matching works in sets: a statement of many entries takes as many SQL statements as one of few."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.banks import Booking
from support.evidence import booked, credit, debit
from support.gateways import Gateway, row
from support.inboxes import statements


@pytest.mark.parametrize("answer", [debit, credit])
def test_s5_many_entries_take_as_many_sql_statements_as_few(
    gateway: Gateway, answer: Callable[[Gateway, str], Booking]
) -> None:
    refs = [f"TC-{number:04d}" for number in range(1, 61)]
    gateway.approved(*(row(number) for number in range(1, 61)))
    gateway.send()
    counts = []
    for name, part in (("0", refs[:2]), ("1", refs[2:4]), ("2", refs[4:])):
        bookings = [answer(gateway, ref) for ref in part]
        with statements(gateway) as heard:
            booked(gateway, *bookings, name=name)
        counts.append(heard)
    _, few, many = counts
    assert few == many
