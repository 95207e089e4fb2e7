"""Two machines over one PostgreSQL, one cut off in the middle of a send: the other goes on, nobody is paid twice."""

from __future__ import annotations

import pytest
from support.cutoff import FILES, Story, machines, sessions_ended_after, told

LOOKS = 20


@pytest.mark.usefixtures("warmed")
def test_m1_m9_d3_a_machine_cut_off_before_its_release_is_taken_over_and_pays_nothing_twice() -> None:
    story = Story("lock proved before the release", ("database", "bank"))
    with machines() as (running, both):
        ending = told(running, both, story, sessions_ended_after(LOOKS))

    assert ending.states_when_cut.get("unknown") == 1
    assert ending.at_bank_when_cut == FILES - 1
    assert ending.verdict.clean, ending.verdict
