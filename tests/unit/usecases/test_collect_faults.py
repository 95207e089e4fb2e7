"""L2 for receiving: a fault at every operation of one file; the end is as if nothing had happened."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.gateways import Gateway
from support.receiving import KINDS, SCENARIOS, Fault, judge, struck


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_s2_t3_t4_d2_a_fault_at_any_operation_of_receiving_ends_as_if_it_had_not_been(
    sent: Gateway, tmp_path: Path, name: str, kind: str
) -> None:
    scenario = SCENARIOS[name]
    home = scenario.prepare(sent)
    expected, operations = struck(home, tmp_path / "good", scenario, [])
    for number, operation in enumerate(operations):
        found, _operations = struck(home, tmp_path / "world", scenario, [Fault(number, kind)])
        assert found == expected, f"{kind} operation {number} ({operation})"
        assert not judge(found, expected).bad


@pytest.mark.parametrize(
    ("name", "state", "commits"),
    [("rename", "settled", 3), ("done", "settled", 3), ("stable", "settled", 4), ("archive name taken", "settled", 3),
     ("set aside", "sent", 4), ("reprocess", "settled", 3)],
)  # fmt: skip
def test_the_scenarios_are_what_they_say(sent: Gateway, tmp_path: Path, name: str, state: str, commits: int) -> None:
    scenario = SCENARIOS[name]
    home = scenario.prepare(sent)
    found, operations = struck(home, tmp_path / "good", scenario, [])
    assert found.states["TC-0001"] == state
    assert (found.inbox, found.sightings, found.denied, found.whole) == ([], 0, 0, True)
    assert operations.count("commit") == commits
