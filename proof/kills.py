"""L3: workers killed at named crash points, against OpenSSH, over SQLite and PostgreSQL; told part by part."""

from __future__ import annotations

from collections import Counter

from support.lanes import DATABASES, Figures, both

from proof.parts import Part, Parts
from proof.section import Section, Tell

KILLS = 5_000
"""On each database, at full scale."""


_PART = 250
"""Kills on each database after which the figures are written down: those of one home."""


def run(tell: Tell, scale: float) -> Section:
    """Both lanes side by side; raises when a worker died of a fault of ours, or the judge found anything."""
    wanted, parts = max(round(KILLS * scale), 1), Parts("kills")
    while (done := parts.total().get("sqlite", {}).get("kills", 0)) < wanted:
        lanes = both(min(_PART, wanted - done), tell, before=parts.total().get("sqlite", {}).get("exchanges", 0))
        parts.add(_figures(lanes))
    total = parts.total()
    return Section(
        title="Killed workers",
        text="\n".join([_INTRODUCTION, "", *_table(total), "", *_places(total), "", _commits(parts)]),
        doubled=_both(total, "doubled"),
        lost=_both(total, "lost"),
        corrupted=_both(total, "corrupted"),
    )


def _figures(lanes: list[Figures]) -> Part:
    """Counts of each database, its deeds, and its kills by crash point."""
    part: Part = {}
    for lane in lanes:
        counts = {key: getattr(lane, key) for _, key in _ROWS}
        part[lane.database] = counts | {"seconds": round(lane.seconds)} | dict(lane.deeds)
    part["places"] = dict(sum((Counter(lane.places) for lane in lanes), Counter[str]()))
    return part


def _both(total: Part, key: str) -> int:
    return sum(total[database].get(key, 0) for database in DATABASES)


def _commits(parts: Parts) -> str:
    each = ", ".join(f"{_both(part, 'kills'):,} at {part['commit']}" for part in parts.all)
    return f"Commits: {each}."


_INTRODUCTION = (
    "Workers are forked from one warmed process and die by SIGKILL at a named crash point, or within 4 ms after it; the"
    " next worker is the recovery, and may be killed in it. Every 50 kills nobody is killed until all is quiet, and the"
    " bank - a process that books whatever stands under a final name and checks nothing - is compared with the store:"
    " each end-to-end id at most once, bytes as sealed, every payment debited and settled or in a file that is named"
    " unknown, no temporary left, audit chain whole. Every 250 kills a new home begins."
)

_ROWS = (
    ("SIGKILL", "kills"),
    ("workers that ended before their point", "missed"),
    ("looks of the judge", "looks"),
    ("homes", "exchanges"),
    ("payments", "payments"),
    ("files", "files"),
    ("files of unknown outcome, each named", "unknown"),
    ("end-to-end ids debited twice", "doubled"),
    ("payments lost", "lost"),
    ("files corrupted", "corrupted"),
    ("temporaries left", "left"),
    ("broken audit chains", "broken_audits"),
    ("seconds", "seconds"),
)


def _table(total: Part) -> list[str]:
    head = ["| | " + " | ".join(DATABASES) + " |", "|---|" + "---:|" * len(DATABASES)]
    deeds = [(deed, deed) for deed in ("SIGTERM", "SIGSTOP", "exception")]
    rows = [
        f"| {name} | " + " | ".join(f"{total[database].get(key, 0):,}" for database in DATABASES) + " |"
        for name, key in [_ROWS[0], *deeds, *_ROWS[1:]]
    ]
    return head + rows


def _places(total: Part) -> list[str]:
    struck = ", ".join(f"{place} {count}" for place, count in sorted(total["places"].items()))
    return [f"SIGKILLs by crash point ({len(total['places'])} of them): {struck}."]
