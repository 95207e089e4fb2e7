"""A month told in some order, and what must be the same in all of them."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from support.gateways import Gateway, copy_of, new_gateway, row
from support.stores import START

from gateway.usecases.close import close
from gateway.usecases.poll import poll
from months.outcomes import File, Month, Paid

_PORTION = 5_000
"""Payments a file: of a greater month several files go out."""
_END = START + timedelta(days=30)


def by_channel(gateway: Gateway) -> Gateway:
    """Proofs are tested elsewhere; here they would only cost time."""
    for code, profile in gateway.profiles.items():
        inboxes = tuple(replace(inbox, proof="channel") for inbox in profile.inboxes)
        limits = replace(profile.limits, payments_per_file_max=_PORTION)
        gateway.profiles[code] = replace(profile, inboxes=inboxes, limits=limits)
    return gateway


def sent(folder: Path, payments: int) -> tuple[Path, Month]:
    """A home whose month is sent and taken by the bank, and what the bank says of it."""
    folder.mkdir(parents=True, exist_ok=True)
    gateway = by_channel(new_gateway(folder))
    gateway.approved(*(row(number) for number in range(1, payments + 1)))
    gateway.send()
    for path in (gateway.place() / "in").iterdir():
        path.unlink()
    found = gateway.rows("SELECT id, end_to_end_id, amount FROM payment ORDER BY line")
    paid = [Paid(number, each.end_to_end_id, each.amount) for number, each in enumerate(found, 1)]
    month = Month(tuple(each.message_id for each in gateway.files()), paid)
    return gateway.snapshot(), month


def order(files: Sequence[File], seed: int) -> list[File]:
    """All files in an order of their own, some of them twice, and those not one behind the other."""
    chance = random.Random(seed)
    told = [*files, *chance.sample(list(files), k=len(files) // 2)]
    chance.shuffle(told)
    return told


def told(home: Path, folder: Path, files: Sequence[File], seed: int = 0) -> Iterator[Gateway]:
    """The gateway after every few of these files, in a copy of ``home``; at the end all that time brings is there."""
    gateway = by_channel(copy_of(home, folder))
    chance = random.Random(seed)
    try:
        for number, (inbox, content) in enumerate(files):
            gateway.put(inbox, f"{number}", content)
            if chance.random() < 0.5:
                poll(gateway.context)
                yield gateway
        poll(gateway.context)
        gateway.clock.value = max(_END, gateway.clock.value)
        close(gateway.context)
        yield gateway
    finally:
        gateway.close()


@dataclass(frozen=True, slots=True)
class Picture:
    """All that must not depend on the order; rows are named by what the bank calls them, not by our numbers.

    Whether a benefit key is held is not among it: a return that is undone does not take a key back that it has freed
    (M10), and frees none when both are known at once.
    """

    payments: list[tuple[Any, ...]]
    allocations: list[tuple[Any, ...]]
    exceptions: list[tuple[Any, ...]]
    entries: list[tuple[Any, ...]]

    @property
    def digest(self) -> str:
        parts = (self.payments, self.allocations, self.exceptions, self.entries)
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    @property
    def states(self) -> Counter[str]:
        return Counter(each[1] for each in self.payments)

    @property
    def kinds(self) -> Counter[str]:
        return Counter({kind: sum(each[-1] for each in self.exceptions if each[0] == kind)
                        for kind in {each[0] for each in self.exceptions}})  # fmt: skip


_PICTURE = {
    "payments": "SELECT payment_ref, state, reason, returned_amount, debited_at, return_window_until"
    " FROM payment ORDER BY payment_ref",
    "allocations": "SELECT p.payment_ref, a.kind, a.amount, a.currency, a.booked_on, e.servicer_reference"
    " FROM allocation a JOIN payment p ON p.id = a.payment_id JOIN entry e ON e.id = a.entry_id ORDER BY 1, 2, 6",
    "exceptions": "SELECT x.kind, COALESCE(p.payment_ref, ''), x.amount, x.params, count(*) FROM exception x"
    " LEFT JOIN payment p ON p.id = x.payment_id WHERE x.state = 'open' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    "entries": "SELECT e.disposition, e.servicer_reference, count(*) FROM entry e WHERE e.disposition <> 'ignored'"
    " GROUP BY 1, 2 ORDER BY 1, 2",
}


def picture(gateway: Gateway) -> Picture:
    return Picture(**{name: [tuple(each) for each in gateway.rows(sql)] for name, sql in _PICTURE.items()})


def shuffled(home: Path, folder: Path, month: Month, seed: int) -> Picture:
    """The picture at the end of one order."""
    for gateway in told(home, folder, order(month.files, seed) if seed else month.files, seed):
        last = gateway
        seen = picture(last)
    return seen
