"""S2, S3: a month with every outcome ends the same in whatever order and however often its files come."""

from __future__ import annotations

from pathlib import Path

import pytest
from months.outcomes import ENDS, OUTCOMES, Month
from months.play import Picture, sent, shuffled

PAYMENTS, ORDERS = 200, 5


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Month]:
    return sent(tmp_path_factory.mktemp("sent"), PAYMENTS)


@pytest.fixture(scope="module")
def honest(month: tuple[Path, Month], tmp_path_factory: pytest.TempPathFactory) -> Picture:
    """As it ends when every file comes once and in its order."""
    return shuffled(month[0], tmp_path_factory.mktemp("honest"), month[1], 0)


def test_every_payment_ends_where_its_outcome_says(month: tuple[Path, Month], honest: Picture) -> None:
    ends = {ref: state for ref, state, *_ in honest.payments}
    wrong = {
        (each.outcome, ends[f"TC-{each.number:04d}"])
        for each in month[1].payments
        if ends[f"TC-{each.number:04d}"] != ENDS.get(each.outcome, "settled")
    }
    assert wrong == set()
    assert {each.outcome for each in month[1].payments} == {*OUTCOMES, "settled"}


def test_everything_that_went_wrong_is_told(honest: Picture) -> None:
    told = {
        *("booked_and_rejected", "contradiction", "partial_return", "second_debit", "suspected_return"),
        *("amount_differs", "currency_differs", "return_reversed", "no_final_answer"),
        *("unknown_debit", "unknown_credit", "page_missing", "statement_gap"),
    }
    assert told <= set(honest.kinds), told - set(honest.kinds)


@pytest.mark.parametrize("seed", range(1, ORDERS + 1))
def test_s2_s3_any_order_and_any_duplication_gives_one_digest(
    month: tuple[Path, Month], honest: Picture, tmp_path: Path, seed: int
) -> None:
    other = shuffled(month[0], tmp_path / "home", month[1], seed)
    for aspect in ("payments", "allocations", "exceptions", "entries"):
        assert getattr(other, aspect) == getattr(honest, aspect), aspect
    assert other.digest == honest.digest
