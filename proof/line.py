"""The line to the partner: every fault of ``support.sftp_cases`` between the real ``send`` and a real OpenSSH server.

The same faults then meet the naive sender (put, rename, once more after an error), whom the same bank must condemn.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path

from support.gateways import copy_of
from support.sftp_cases import OTHERS, RENAMED, Case, forbidden
from support.sftp_line import LedgerBank, Line, NaiveSender, sealed_snapshot, served, struck
from support.sftp_proxy import FaultProxy
from support.sshd import Sshd

from gateway.transport.sftp import Endpoint
from proof.section import Section, Tell

_CASES = (*RENAMED, *OTHERS)
_TIMES = 100
"""How often each number strikes at full scale, at least."""
_NAIVE_ORDERS = 400
_PAYMENTS = 250
_NAIVE_ANSWER_SECONDS = 3.0
_WORKERS = 2
_RUNS_AFTER = 2


@dataclass
class _Figures:
    orders: int = 0
    doubled: int = 0
    lost: int = 0
    corrupted: int = 0
    fired: Counter[int] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)

    def join(self, more: _Figures) -> None:
        for name in ("orders", "doubled", "lost", "corrupted", "fired", "ends", "bad"):
            setattr(self, name, getattr(self, name) + getattr(more, name))


@dataclass
class _Stand:
    """One server and one proxy, for many orders one after another."""

    folder: Path
    server: Sshd
    proxy: FaultProxy

    @property
    def bank(self) -> LedgerBank:
        """With empty books and an empty folder."""
        bank = LedgerBank(self.folder / "partner" / "in")
        for left in bank.inbox.iterdir():
            left.unlink()
        return bank

    @property
    def identity(self) -> Path:
        return self.folder / "identity"


def run(tell: Tell, scale: float) -> Section:
    """``scale`` 1.0 strikes at least a hundred times by every number, and sends 400 orders naively."""
    times = max(1, round(_TIMES * scale))
    with tempfile.TemporaryDirectory(prefix="chitra-line-") as folder:
        snapshot = sealed_snapshot(_made(Path(folder) / "sealed"), _PAYMENTS)
        work = [(number, bool(time % 2)) for number in range(len(_CASES)) for time in range(times)]
        ours = _together(partial(_ours, snapshot), [work[start::_WORKERS] for start in range(_WORKERS)])
        tell(f"line: {ours.orders} orders of ours, {ours.fired.total()} faults")
        orders = list(islice(cycle(range(len(RENAMED))), max(len(RENAMED), round(_NAIVE_ORDERS * scale))))
        naive = _together(partial(_naive, snapshot), [orders[start::_WORKERS] for start in range(_WORKERS)])
        tell(f"line: {naive.orders} naive orders, {naive.doubled} doubled, {naive.corrupted} corrupt")
    return Section("faults of the line, the naive sender", _text(ours, naive), ours.doubled, ours.lost, ours.corrupted)


def _together(share: partial[_Figures], shares: Sequence[Sequence[object]]) -> _Figures:
    """Each share in a process of its own, on a server of its own."""
    figures = _Figures()
    with ProcessPoolExecutor(len(shares), mp_context=get_context("fork")) as pool:
        for part in pool.map(share, shares):
            figures.join(part)
    return figures


@contextmanager
def _stand() -> Iterator[_Stand]:
    with tempfile.TemporaryDirectory(prefix="chitra-stand-") as name:
        folder = Path(name)
        _made(folder / "partner" / "in")
        with served(folder / "partner", folder / "identity") as (server, proxy):
            yield _Stand(folder, server, proxy)


# --- ours ------------------------------------------------------------------------------------------------------------


def _ours(snapshot: Path, work: Sequence[tuple[int, bool]]) -> _Figures:
    """Numbers of ``_CASES``, with a bank that takes at once or later."""
    figures = _Figures()
    with _stand() as stand:
        for number, takes in work:
            with tempfile.TemporaryDirectory(dir=stand.folder) as folder:
                _one(stand, _line(stand, snapshot, Path(folder)), _CASES[number], takes, figures)
    return figures


def _line(stand: _Stand, snapshot: Path, folder: Path) -> Line:
    pinned = (stand.proxy.pinned,)
    endpoint = Endpoint("127.0.0.1", stand.proxy.port, "chitra", stand.identity, pinned)
    line = Line(copy_of(snapshot, folder), stand.proxy, stand.server, stand.bank, endpoint)
    line.gateway.wrap = lambda _: line.connect()
    return line


def _one(stand: _Stand, line: Line, case: Case, takes: bool, figures: _Figures) -> None:
    """One order: a run that is struck, two more without the fault, then the bank works."""
    line.deliver_by(case.form)
    content, rules = line.sealed(), case.rules(line.bank, line.final_name)
    stand.proxy.rules[:] = [*rules, *forbidden(case.form)]
    line.send()
    figures.fired[case.number] += struck(rules) > 0
    stand.proxy.rules[:] = forbidden(case.form)
    for _ in range(_RUNS_AFTER):
        if takes and case.form == "rename":
            line.bank.take()
        line.send()
    line.bank.take()
    _judge(line, case, content, figures)
    line.gateway.close()


def _judge(line: Line, case: Case, content: bytes, figures: _Figures) -> None:
    """By the bank's books. What is not known to be sent stands in a queue that people are told of (M2)."""
    orders, state = line.bank.orders(), line.state
    whole = [each for each in orders if each == (line.final_name, content)]
    doubled = line.bank.doubled() > 0 or len(orders) > 1
    lost = state not in ("sent", "unknown") or (state == "sent" and not orders)
    corrupted = len(orders) > len(whole) and (state == "sent" or case.form == "rename")
    figures.orders += 1
    figures.ends[state] += 1
    figures.doubled += doubled
    figures.lost += lost
    figures.corrupted += corrupted
    figures.bad += [str(case)] if doubled or lost or corrupted else []


# --- the naive sender ------------------------------------------------------------------------------------------------


def _naive(snapshot: Path, numbers: Sequence[int]) -> _Figures:
    """Numbers of ``RENAMED``."""
    figures = _Figures()
    with _stand() as stand:
        with tempfile.TemporaryDirectory(dir=stand.folder) as folder:
            line = _line(stand, snapshot, Path(folder))
            content, name = line.sealed(), line.final_name
            line.gateway.close()
        sender = NaiveSender(stand.proxy.port, stand.identity, _NAIVE_ANSWER_SECONDS)
        for number in numbers:
            bank = stand.bank
            stand.proxy.rules[:] = RENAMED[number].rules(bank, name)
            sender.send(content, name, between=bank.take)
            bank.take()
            figures.orders += 1
            figures.doubled += len(bank.taken) > 1
            figures.lost += not bank.taken
            figures.corrupted += bank.corrupt(content) > 0
    return figures


# --- words -----------------------------------------------------------------------------------------------------------


def _text(ours: _Figures, naive: _Figures) -> str:
    ends = ", ".join(f"{count} {state}" for state, count in sorted(ours.ends.items()))
    fired = "".join(f"| {number} | {count} |\n" for number, count in sorted(ours.fired.items()))
    bad = "".join(f"\n- bad: {case}" for case in sorted(set(ours.bad)))
    return (
        f"A fault proxy between the real `send` and OpenSSH, in the four delivery forms: {len(_CASES)} faults, "
        f"{ours.orders} orders of {_PAYMENTS} payments, each struck once and tried twice more; they ended as {ends}. "
        "An order that is unknown stays so until the partner or two people have spoken.\n\n"
        f"The naive sender (put, rename, once more after an error) under the same faults of the rename form: "
        f"{naive.doubled} of {naive.orders} orders doubled, {naive.corrupted} corrupt, {naive.lost} lost.\n\n"
        f"| fault | fired |\n| --- | ---: |\n{fired}{bad}"
    )


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
