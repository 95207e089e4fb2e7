"""All rehearsal partners of one folder: ``folder/CODE/home`` is served, ``folder/CODE/bank`` is theirs alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from threading import Event

from adapters.profile import Profile
from gateway.sandbox.bank import Bank, Deed


class Sandbox:
    """Partners by code; knows nothing of the gateway's store."""

    def __init__(
        self,
        folder: Path,
        profiles: Iterable[Profile],
        now: Callable[[], datetime],
        trusted: Sequence[bytes],
        senders: Sequence[bytes] = (),
    ) -> None:
        self.banks: Mapping[str, Bank] = {
            profile.code: Bank(profile, folder / profile.code, now, trusted, senders) for profile in profiles
        }

    @classmethod
    def create(
        cls, folder: Path, profiles: Iterable[Profile], now: Callable[[], datetime], trusted: Sequence[bytes]
    ) -> Sandbox:
        """New partners with keys and empty books; those of ``folder`` must not exist yet."""
        profiles = tuple(profiles)
        for profile in profiles:
            Bank.create(profile, folder / profile.code, now, trusted).close()
        return cls(folder, profiles, now, trusted)

    def work(self) -> list[Deed]:
        """One round of every partner."""
        return [deed for bank in self.banks.values() for deed in bank.work()]

    def run(self, stop: Event, interval_seconds: float) -> None:
        """Work until ``stop`` is set."""
        while not stop.wait(interval_seconds):
            self.work()

    def close(self) -> None:
        for bank in self.banks.values():
            bank.close()
