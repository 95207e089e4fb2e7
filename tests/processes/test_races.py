"""Eight workers over one PostgreSQL while everything around them fails: all is paid, once (M1, M2, M16, D3)."""

from __future__ import annotations

import pytest
from support.postgres import cluster
from support.racing import race

PAYMENTS = 200
HAPPENINGS = 30


@pytest.mark.usefixtures("warmed")
def test_m1_m2_m16_d3_workers_that_are_killed_frozen_cut_off_and_stopped_pay_everybody_once() -> None:
    with cluster(fsync="on", full_page_writes="on") as running, race(running, seed=6) as workers:
        verdict = workers.run(PAYMENTS, HAPPENINGS)

    assert verdict.clean, verdict
    assert verdict.payments == PAYMENTS
