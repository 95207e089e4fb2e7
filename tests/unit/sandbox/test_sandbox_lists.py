"""The lists of nine communes, and the registry that is asked about their people."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from adapters.registry import POPULATION
from formats.lists import Row, read_list
from gateway.sandbox import lists, registry
from gateway.usecases.roster.listed import LAYOUT

TODAY = date(2026, 12, 1)


def test_nine_communes_send_nine_lists_and_every_person_is_a_row() -> None:
    sent = list(lists.lists(95, 1, TODAY))
    assert len({each.commune for each in sent}) == 9
    assert sum(each.people for each in sent) == 95
    for each in sent:
        rows = [item for item in read_list(io.BytesIO(each.content), LAYOUT, each.file) if isinstance(item, Row)]
        assert len(rows) == each.people, each.file
        assert each.faults > 0


def test_the_same_seed_gives_the_same_people_and_another_one_others() -> None:
    one, again, other = (next(lists.lists(30, seed, TODAY)).content for seed in (1, 1, 2))
    assert one == again != other


@pytest.mark.parametrize(("ending", "result", "told"), [
    ("10", "confirmed", ()),
    ("91", "name_differs", ("known_name",)),
    ("92", "birth_differs", ("known_birth",)),
    ("93", "deceased", ("died_on",)),
    ("94", "moved", ("new_commune",)),
    ("95", "unknown", ()),
])  # fmt: skip
def test_the_registry_answers_by_the_end_of_the_id(ending: str, result: str, told: tuple[str, ...]) -> None:
    asked = {"request": "Q1", "beneficiary_id": f"0010450000{ending}", "name": "Lê Văn A", "birth": "1945"}
    text = io.StringIO()
    csv.writer(text).writerows([POPULATION.asked.values(), [asked.get(name, "") for name in POPULATION.asked]])
    answer, results = registry.answer(text.getvalue().encode(), POPULATION, TODAY)
    (row,) = csv.DictReader(io.StringIO(answer.decode()))
    given = {name: row[heading] for name, heading in POPULATION.answered.items() if row[heading]}
    assert POPULATION.results[given.pop("result")] == result
    assert results == {result: 1}
    assert given.keys() == asked.keys() | {"answered_on", *told}
