"""Workers killed at crash points over OpenSSH: nothing is debited twice, nothing is lost (M1, M2, M7, D1, D2)."""

from __future__ import annotations

import random
import signal
from pathlib import Path

import pytest
from support import workers
from support.exchanges import Exchange
from support.killing import Campaign
from support.stores import open_store
from support.workers import Point

from gateway.store import schema

KILLS = 100
OTHERS = 12


def test_m1_m2_m7_d1_d2_workers_killed_at_every_crash_point_pay_once_and_lose_nothing(place: Exchange) -> None:
    campaign = Campaign(place, random.Random(4))
    campaign.rehearse()
    while campaign.tally.kills < KILLS:
        campaign.kill()
    verdict = place.settle()

    assert verdict.clean, verdict
    assert set(verdict.exceptions) <= {"file_unknown"}
    assert verdict.payments > KILLS


def test_m1_d5_workers_told_to_end_frozen_or_broken_anywhere_pay_once_and_lose_nothing(place: Exchange) -> None:
    campaign = Campaign(place, random.Random(5))
    campaign.rehearse()
    for _ in range(OTHERS):
        campaign.tell_to_end()
        campaign.freeze()
        campaign.break_()
    verdict = place.settle()

    assert verdict.clean, verdict
    assert min(campaign.tally.deeds[deed] for deed in ("SIGTERM", "SIGSTOP", "exception")) > 0


@pytest.mark.parametrize("place", ["committing schema", "committed schema"])
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_d2_a_migration_that_is_killed_has_happened_or_not_and_is_done_again(
    place: str, database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgresql" else f"sqlite:///{tmp_path / 'chitra.db'}"
    killed = workers.run(lambda: schema.upgrade(open_store(url)), Point(place, 1, workers.die))
    again = workers.run(lambda: schema.upgrade(open_store(url)))

    assert killed.signal == signal.SIGKILL
    assert again.result == schema.NEWEST, again.trace
