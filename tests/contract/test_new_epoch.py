"""A new epoch on both databases: what it gives out was never given before, in no life of the same backup."""

from __future__ import annotations

from contextlib import suppress

from support.gateways import Gateway

from gateway.store import instance
from gateway.store.store import take

_COUNTERS = ("file_out", "payment", "file_name:vietinbank")


class _Undone(Exception):
    pass


def test_m5_two_lives_of_one_backup_never_give_the_same_identifiers(gateway: Gateway) -> None:
    """The home is copied with its anchor, and nothing outside remembers the first life."""
    lives = []
    for leap in (5, 700_012_345):
        with suppress(_Undone), gateway.store.begin() as tx:
            instance.leave_safe_mode(tx, 0, ["vietinbank"], leap)
            lives.append({each: take(tx, each).start for each in _COUNTERS})
            raise _Undone
    assert all(lives[1][each] - lives[0][each] > 10_000 for each in _COUNTERS)
