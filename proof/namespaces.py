"""Two machines over one PostgreSQL, one cut off in the middle of a send: what happened."""

from __future__ import annotations

import tempfile
from pathlib import Path

from support.cutoff import FILES, Ending, Story, machines, sessions_ended_by_the_server, told
from support.exchanges import warm

from proof.section import Section, Tell

_SECONDS_MAX = 180.0
BOTH = ("database", "bank")
STORIES = (
    Story("lock proved before the release", BOTH),
    Story("lock proved before the release", ("database",)),
    Story("lock proved before the release", ("bank",)),
    Story("rename sent", BOTH),
    Story("write sent", BOTH),
    Story("committing file release", ("database",)),
)


def run(tell: Tell, scale: float) -> Section:
    """Every story, or the first ones; nobody helps the server to notice that a machine is gone."""
    with tempfile.TemporaryDirectory(prefix="chitra-warm-") as folder:
        warm(Path(folder))
    endings = []
    with machines() as (running, both):
        for story in STORIES[: max(round(len(STORIES) * scale), 1)]:
            endings.append(told(running, both, story, sessions_ended_by_the_server(_SECONDS_MAX)))
            tell(_row(endings[-1]))
    return Section(
        title="Two machines, one cut off",
        text="\n".join([_INTRODUCTION, "", *_HEAD, *map(_row, endings), "", _found(endings)]),
        doubled=sum(len(ending.verdict.doubled) for ending in endings),
        lost=sum(len(ending.verdict.lost) for ending in endings),
        corrupted=sum(len(ending.verdict.corrupted) for ending in endings),
    )


_INTRODUCTION = (
    "Two daemons in two network namespaces (forked, with a crash point that freezes the first one) over one PostgreSQL"
    f" and one OpenSSH server; {FILES} files. The first stands at a point of its first file when its line is"
    " pulled - no packet passes, nothing answers - and goes on; the second is left to itself. Last the line is mended,"
    " so that what the first had queued still arrives."
)
_HEAD = (
    "| the first was at | cut from | the second was done after | files then | at the bank then | unknown at the end"
    " | debited twice | lost |",
    "|---|---|---:|---|---:|---:|---:|---:|",
)


def _row(ending: Ending) -> str:
    after = "never" if ending.taken_over_seconds is None else f"{ending.taken_over_seconds:.0f} s"
    states = ", ".join(f"{count} {state}" for state, count in sorted(ending.states_when_cut.items()))
    verdict = ending.verdict
    cells = (
        *(ending.story.place, " and ".join(ending.story.cut), after, states, str(ending.at_bank_when_cut)),
        *(str(verdict.unknown), str(len(verdict.doubled)), str(len(verdict.lost))),
    )
    return f"| {' | '.join(cells)} |"


def _found(endings: list[Ending]) -> str:
    late = [ending.taken_over_seconds for ending in endings if ending.taken_over_seconds is not None]
    return (
        f"The second machine waited up to {max(late, default=0):.0f} s: the lock of the first one is its database"
        " session, which PostgreSQL ends when nothing has answered for about a minute (keep-alives that the gateway"
        " asks of the server for its own sessions). No lock expires by a clock, so that a machine which is only slow"
        " loses nothing; a file that was committed as releasing is never sent by the second machine, it is looked for"
        " and else named unknown."
    )
