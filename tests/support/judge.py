"""A bank in a process of its own that books every file it finds under a final name, checks nothing, and keeps a ledger.

The ledger is the judge of M1 and M7. It reads orders with plain lxml and shares no code with the gateway.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree
from support.banks import Answerer, Booking

_NAP_SECONDS = 0.002
_DELAYS_SECONDS = (0.0, 0.0, 0.0, 0.01, 0.03, 0.25)
"""How long a file may lie under its final name before the bank takes it."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One partner's folders at the bank, as paths on its own disk."""

    code: str
    account: str
    orders: Path
    statuses: Path
    statements: Path
    status_name: str
    """With one ``*``."""
    statement_name: str


@dataclass(frozen=True, slots=True)
class Booked:
    """One file the bank took."""

    partner: str
    name: str
    sha256: str
    message_id: str
    payments: tuple[tuple[str, int], ...]
    """(end-to-end id, amount)"""


class Judge:
    """Reads what the bank has booked so far."""

    def __init__(self, ledger: Path) -> None:
        self._ledger = ledger

    def booked(self) -> list[Booked]:
        if not self._ledger.exists():
            return []
        lines = self._ledger.read_text().rpartition("\n")[0].splitlines()  # the last line may be half written
        found = (json.loads(line) for line in lines)
        return [Booked(*values[:4], tuple((e2e, amount) for e2e, amount in values[4])) for values in found]

    def debits(self) -> Counter[str]:
        """End-to-end id -> how often it was debited."""
        return Counter(end_to_end_id for file in self.booked() for end_to_end_id, _ in file.payments)


def open_for_business(desks: list[Desk], ledger: Path, answerer: Answerer, seed: int) -> int:
    """Start the bank; gives its process id."""
    pid = os.fork()
    if pid:
        return pid
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    offices = [_Office(desk, ledger, answerer, random.Random(seed)) for desk in desks]
    while True:
        for office in offices:
            office.work()
        time.sleep(_NAP_SECONDS)


def close_business(pid: int) -> None:
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)


@dataclass
class _Office:
    """Takes orders, answers each with a pain.002, and reports bookings in a camt.053 when the last one was fetched."""

    desk: Desk
    ledger: Path
    answerer: Answerer
    chance: random.Random
    balance: int = 10**15
    number: int = 0
    reports: int = 0
    """Statements so far: each has its number, since all are of one day."""
    _due: dict[str, float] = field(default_factory=dict)
    _unreported: list[Booking] = field(default_factory=list)

    def work(self) -> None:
        for entry in sorted(os.scandir(self.desk.orders), key=lambda entry: entry.name):
            if not entry.name.startswith(".") and entry.is_file():
                due = self._due.setdefault(entry.name, time.monotonic() + self.chance.choice(_DELAYS_SECONDS))
                if time.monotonic() >= due:
                    self._take(Path(entry.path))
        if self._unreported and not any(each.is_file() for each in os.scandir(self.desk.statements)):
            self._report()

    def _take(self, path: Path) -> None:
        del self._due[path.name]
        content = path.read_bytes()
        booked = _read(self.desk.code, path.name, content)
        with self.ledger.open("a") as ledger:
            ledger.write(json.dumps([booked.partner, booked.name, booked.sha256, booked.message_id, booked.payments]))
            ledger.write("\n")
        path.unlink()
        for end_to_end_id, amount in booked.payments:
            self.number += 1
            self._unreported.append(Booking(end_to_end_id, -amount, reference=f"R{self.desk.code}{self.number}"))
        answer = self.answerer.status(booked.message_id, group=("ACSP", ""), id_=f"P{self.desk.code}{self.number}")
        self._publish(self.desk.statuses, self.desk.status_name, answer)

    def _report(self) -> None:
        self.number += 1
        self.reports += 1
        statement = self.answerer.statement(
            *self._unreported,
            account=self.desk.account,
            id_=f"S{self.desk.code}{self.number}",
            opening=self.balance,
            sequence=str(self.reports),
        )
        self.balance += sum(booking.amount for booking in self._unreported)
        self._unreported.clear()
        self._publish(self.desk.statements, self.desk.statement_name, statement)

    def _publish(self, folder: Path, pattern: str, content: bytes) -> None:
        name = pattern.replace("*", f"{self.number:08d}")
        hidden = folder / f".{name}.part"
        hidden.write_bytes(content)
        hidden.rename(folder / name)


def _read(partner: str, name: str, content: bytes) -> Booked:
    root = etree.fromstring(content)
    payments = tuple(
        (str(_text(each, "EndToEndId")), int(str(_text(each, "InstdAmt")))) for each in root.iter("{*}CdtTrfTxInf")
    )
    return Booked(partner, name, hashlib.sha256(content).hexdigest(), str(_text(root, "MsgId")), payments)


def _text(element: Any, name: str) -> str | None:
    found = next(element.iter(f"{{*}}{name}"))
    return found.text if found is not None else None
