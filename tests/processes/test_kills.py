"""Workers killed at crash points over OpenSSH: nothing is debited twice, nothing is lost (M1, M2, M7, D1, D2)."""

from __future__ import annotations

import random

from support.exchanges import Exchange
from support.killing import Campaign

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
