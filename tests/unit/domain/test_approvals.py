"""How many people a batch needs, by its amount and by when it is handed over (M11)."""

from __future__ import annotations

import pytest

from gateway.domain.approvals import Missing, Required, Rule, missing, required

RULES = (Rule(100, 2, False), Rule(1_000, 3, True))


@pytest.mark.parametrize(
    ("amount", "in_hours", "needed"),
    [
        (100, True, Required(1, False)),
        (101, True, Required(2, False)),
        (1_000, True, Required(2, False)),
        (1_001, True, Required(3, True)),
        (1, False, Required(1, True)),
        (101, False, Required(2, True)),
    ],
)
def test_m11_more_money_and_other_hours_need_more_people(amount: int, in_hours: bool, needed: Required) -> None:
    assert required(amount, 1, RULES, in_hours) == needed


def test_m11_a_rule_never_lowers_what_every_batch_needs() -> None:
    assert required(101, 3, RULES, in_hours=True) == Required(3, False)


@pytest.mark.parametrize(
    ("checkers", "releasers", "lacking"),
    [(0, 0, Missing(2, True)), (2, 0, Missing(0, True)), (1, 1, Missing(1, False)), (3, 1, Missing(0, False))],
)
def test_what_is_missing_is_what_nobody_has_signed(checkers: int, releasers: int, lacking: Missing) -> None:
    found = missing(Required(2, True), checkers, releasers)
    assert found == lacking
    assert bool(found) == (lacking != Missing(0, False))
