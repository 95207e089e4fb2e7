"""L6: eight workers over one PostgreSQL, killed, frozen, cut off and stopped, their servers restarted."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from support.exchanges import Verdict, warm
from support.postgres import cluster
from support.racing import Race, race

from proof.section import Section, Tell

PAYMENTS, HAPPENINGS = 10_000, 2_000
"""At full scale."""


def run(tell: Tell, scale: float) -> Section:
    """One long race; raises when a worker died of a fault of ours, or a file arrived after a stop."""
    with tempfile.TemporaryDirectory(prefix="chitra-warm-") as folder:
        warm(Path(folder))
    began = time.monotonic()
    with cluster(fsync="on", full_page_writes="on") as running, race(running, seed=6) as workers:
        workers.tell = tell
        verdict = workers.run(max(round(PAYMENTS * scale), 100), max(round(HAPPENINGS * scale), 10))
    return Section(
        title="Racing workers",
        text=_text(workers, verdict, time.monotonic() - began),
        doubled=len(verdict.doubled),
        lost=len(verdict.lost),
        corrupted=len(verdict.corrupted),
    )


def _text(workers: Race, verdict: Verdict, seconds: float) -> str:
    happened = "\n".join(f"| {what} | {count:,} |" for what, count in sorted(workers.happened.items()))
    return f"""\
{workers.size} worker processes do `send` and `poll` in a loop over one PostgreSQL (`fsync` on) and five partners \
behind one OpenSSH server, {verdict.payments:,} payments in {verdict.files:,} files. Meanwhile, drawn from a seed:

| what happened | times |
|---|---:|
{happened}

A frozen worker stood still for up to 8 s, longer than its time-outs; its database sessions were among those that were \
terminated. After the commit of each stop the bank's ledger was compared: no file arrived that was not releasing then. \
At the end all healed, and the bank's ledger was compared with the store: {len(verdict.doubled)} end-to-end ids \
debited twice, {len(verdict.lost)} payments lost, {len(verdict.corrupted)} files corrupted, \
{len(verdict.left)} temporaries left; {verdict.unknown} files of unknown outcome, each named; audit chain \
{"whole" if verdict.broken_audit is None else "broken"}. {seconds:.0f} s."""
