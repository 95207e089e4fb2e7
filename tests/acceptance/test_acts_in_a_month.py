"""M1: whatever people do at whatever moment of a month whose files come in any order, nobody is paid twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from months.acts import ACTS, around
from months.outcomes import Month
from months.play import order, sent

PAYMENTS, PLACES = 40, 4


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Month]:
    return sent(tmp_path_factory.mktemp("sent"), PAYMENTS)


@pytest.mark.parametrize("act", ACTS)
def test_m1_holds_around_what_people_do(month: tuple[Path, Month], tmp_path: Path, act: str) -> None:
    home, said = month
    files = order(said.files, 7)
    places = [len(files) * part // PLACES - 1 for part in range(1, PLACES + 1)]
    assert list(around(home, tmp_path, files, act, places)) == places
