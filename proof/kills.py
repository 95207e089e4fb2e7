"""L3: workers killed at named crash points, against OpenSSH, over SQLite and PostgreSQL."""

from __future__ import annotations

from collections import Counter

from support.lanes import Figures, both

from proof.section import Section, Tell

KILLS = 5_000
"""On each database, at full scale."""


def run(tell: Tell, scale: float) -> Section:
    """Both lanes side by side; raises when a worker died of a fault of ours, or the judge found anything."""
    lanes = both(max(round(KILLS * scale), 1), tell)
    return Section(
        title="Killed workers",
        text="\n".join([_INTRODUCTION, "", *_table(lanes), "", *_places(lanes)]),
        doubled=sum(lane.doubled for lane in lanes),
        lost=sum(lane.lost for lane in lanes),
        corrupted=sum(lane.corrupted for lane in lanes),
    )


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


def _table(lanes: list[Figures]) -> list[str]:
    head = ["| | " + " | ".join(lane.database for lane in lanes) + " |", "|---|" + "---:|" * len(lanes)]
    others = [
        f"| {deed} | " + " | ".join(f"{lane.deeds[deed]:,}" for lane in lanes) + " |"
        for deed in ("SIGTERM", "SIGSTOP", "exception")
    ]
    rows = [f"| {name} | " + " | ".join(f"{getattr(lane, key):,}" for lane in lanes) + " |" for name, key in _ROWS]
    return [*head, rows[0], *others, *rows[1:]]


def _places(lanes: list[Figures]) -> list[str]:
    together = sum((Counter(lane.places) for lane in lanes), Counter[str]())
    struck = ", ".join(f"{place} {count}" for place, count in sorted(together.items()))
    return [f"SIGKILLs by crash point ({len(together)} of them): {struck}."]
