"""L6: eight workers over one PostgreSQL, killed, frozen, cut off and stopped, their servers restarted; part by part."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from support.exchanges import warm
from support.postgres import cluster
from support.racing import race

from proof.parts import Part, Parts
from proof.section import Section, Tell

PAYMENTS = 10_000
"""At full scale."""
_PAYMENTS, _HAPPENINGS = 1_000, 200
"""Of one race, after which the figures are written down."""


def run(tell: Tell, scale: float) -> Section:
    """One race after another; raises when a worker died of a fault of ours, or a file arrived after a stop."""
    with tempfile.TemporaryDirectory(prefix="chitra-warm-") as folder:
        warm(Path(folder))
    parts = Parts("races")
    while parts.total().get("payments", 0) < round(PAYMENTS * scale):
        share = min(1.0, scale * PAYMENTS / _PAYMENTS)
        parts.add(_raced(tell, parts.total().get("races", 0), share))
        tell(f"races: {parts.total()['payments']:,} payments")
    total = parts.total()
    return Section(
        title="Racing workers",
        text=_text(parts, total),
        doubled=total["doubled"],
        lost=total["lost"],
        corrupted=total["corrupted"],
    )


def _raced(tell: Tell, seed: int, share: float) -> Part:
    began = time.monotonic()
    with cluster(fsync="on", full_page_writes="on") as running, race(running, seed=seed) as workers:
        workers.tell = tell
        verdict = workers.run(max(round(_PAYMENTS * share), 100), max(round(_HAPPENINGS * share), 10))
    return {
        "races": 1,
        "payments": verdict.payments,
        "files": verdict.files,
        "unknown": verdict.unknown,
        "happened": dict(workers.happened),
        "doubled": len(verdict.doubled),
        "lost": len(verdict.lost),
        "corrupted": len(verdict.corrupted),
        "left": len(verdict.left),
        "broken_audits": int(verdict.broken_audit is not None),
        "seconds": round(time.monotonic() - began),
    }


def _text(parts: Parts, total: Part) -> str:
    happened = "\n".join(f"| {what} | {count:,} |" for what, count in sorted(total["happened"].items()))
    return f"""\
8 worker processes do `send` and `poll` in a loop over one PostgreSQL (`fsync` on) and five partners behind one \
OpenSSH server: {total["races"]} races over {total["payments"]:,} payments ({parts.commits("payments")}) in \
{total["files"]:,} files. Meanwhile, drawn from a seed:

| what happened | times |
|---|---:|
{happened}

A frozen worker stood still for up to 8 s, longer than its time-outs; its database sessions were among those that were \
terminated. After the commit of each stop the bank's ledger was compared: no file arrived that was not releasing then. \
At the end of each race all healed, and the bank's ledger was compared with the store: {total["doubled"]} end-to-end \
ids debited twice, {total["lost"]} payments lost, {total["corrupted"]} files corrupted, {total["left"]} temporaries \
left, {total["broken_audits"]} broken audit chains; {total["unknown"]} files of unknown outcome, each named. \
{total["seconds"]:,} s."""
