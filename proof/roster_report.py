"""The page ``docs/reports/roster.md`` from its figures."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from typing import Any

Figures = dict[str, Any]

STEPS = {
    "read": "read the CSV alone",
    "import_first": "import the first list",
    "import_second": "import a list with 5 % changes",
    "request": "write the request to the registry",
    "answer": "take its answer",
    "build": "make the payment list",
    "import_again": "import the same list again",
}
XLSX_STEPS = {"read_xlsx": "read the XLSX alone", "import_xlsx": "import it"}


def report(figures: Figures) -> Iterator[str]:
    yield "# The roster: its exam and its sizes"
    yield ""
    yield "Written by `make proof-roster`. The lists and the truth about them are made by `tests/exam`, from a seed."
    yield ""
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    yield (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory_gib:.0f} GiB, {platform.system()},"
        f" {platform.python_implementation()} {platform.python_version()}; databases and lists in memory"
        f" (`/dev/shm`)."
    )
    if "exam" in figures:
        yield from _of_exam(figures["exam"])
    if "sizes" in figures:
        yield from _of_sizes(figures["sizes"])


def _of_exam(exam: Figures) -> Iterator[str]:
    planted = sum(each["planted"] for each in exam["kinds"])
    found = sum(each["found"] for each in exam["kinds"])
    alarms = sum(exam["false_alarms"].values())
    yield from ("", "## The exam month", "")
    yield (
        f"{exam['people']:,} people of nine payers and two programmes, whom the roster knew but for 2 %; each"
        f" payer's list of"
        f" the month has another shape and {planted:,} rows have a defect of {len(exam['kinds'])} kinds. The"
        f" population registry"
        " is asked about everybody, and the payment lists are made."
    )
    yield ""
    yield f"- Planted defects that were told at their row with their code: **{found:,} of {planted:,}**."
    yield (
        f"- Merged, lost, or with another value than was told: **{exam['wrong_people']}** of {exam['held']:,}"
        f" people. Every"
        " value of every person was compared with the truth, but for those of false alarms."
    )
    yield (
        f"- False alarms, which block a row without a defect: {alarms}{_listed(exam['false_alarms'])};"
        f" remarks that block"
        f" nobody: {sum(exam['remarks'].values())}{_listed(exam['remarks'])}."
    )
    yield (
        f"- Paid: {exam['payments']:,} people, {exam['amount']:,} đồng. Others than an independent reckoning"
        f" pays, or other"
        f" amounts: **{exam['wrong_payments']}**."
    )
    yield f"- Said beside the payment lists, mostly of whoever is not paid: {_listed(exam['left_out'], '')}."
    yield (
        f"- The same nine lists again changed nothing; nine lists of an earlier day: {exam['refused']}"
        f" refused with the day."
    )
    yield f"- `db check` found {exam['unsound']} wrongs."
    yield ""
    yield (
        "An `old_font_unclear` beyond those planted is no mistake of reading: the text makes sense as it"
        " stands, too, and a person says which."
    )
    yield from ("", "| act | seconds |", "| --- | ---: |")
    for act, seconds in exam["seconds"].items():
        yield f"| {act} | {seconds:,.1f} |"
    yield f"| **all** | **{sum(exam['seconds'].values()):,.1f}** |"
    yield ""
    yield (
        f"SQLite; load before the run {exam['load']}; {exam['cpu_seconds']} CPU seconds with the making of"
        f" the lists; peak"
        f" {exam['peak_mib']} MiB with the truth in memory. By hand the cleaning of such a month takes six"
        f" person-days."
    )
    yield from ("", "| shape | file | rows | planted | seconds |", "| --- | --- | ---: | ---: | ---: |")
    for each in exam["shapes"]:
        yield f"| {each['shape']} | {each['suffix']} | {each['rows']:,} | {each['planted']} | {each['seconds']:.2f} |"
    yield from ("", "| planted | rows | found | codes |", "| --- | ---: | ---: | --- |")
    for each in exam["kinds"]:
        yield f"| {each['kind']} | {each['planted']} | {each['found']} | {each['codes']} |"


def _listed(counts: dict[str, int], before: str = ": ") -> str:
    told = ", ".join(f"{count:,} `{code}`" for code, count in sorted(counts.items()))
    return f"{before}{told}" if told else ""


def _of_sizes(sizes: Figures) -> Iterator[str]:
    yield from ("", "## Large rosters", "")
    yield (
        "One payer's list as CSV, then the list of a month later: of every twentieth row another account,"
        " somebody new, or the"
        " wrong sex. The registry's answer says another name of every hundredth. Every step is a process of"
        " its own; seconds"
        " are of the step, peaks of the whole process (the server of PostgreSQL not counted). In brackets:"
        " times the reading of"
        " the file alone."
    )
    for database, found in sizes.items():
        yield from ("", f"### {database}", "")
        yield from _table(found, STEPS, "read")
        yield from (f"\n{each['remark']}" for each in found.values() if "remark" in each)
        loads = ", ".join(f"{each['load']} at {int(size):,}" for size, each in found.items())
        yield from ("", f"Load before the run: {loads}.")
        if any(step in each["steps"] for each in found.values() for step in XLSX_STEPS):
            yield ""
            yield from _table(
                {size: each for size, each in found.items() if "import_xlsx" in each["steps"]}, XLSX_STEPS, "read_xlsx"
            )


def _table(found: Figures, steps: dict[str, str], alone: str) -> Iterator[str]:
    yield f"| seconds; CPU seconds (times reading); peak MiB | {' | '.join(f'{int(size):,}' for size in found)} |"
    yield f"| --- |{' ---: |' * len(found)}"
    for step, words in steps.items():
        yield f"| {words} | {' | '.join(_cell(each['steps'], step, alone) for each in found.values())} |"


def _cell(steps: dict[str, Sequence[float]], step: str, alone: str) -> str:
    if step not in steps:
        return "—"
    seconds, cpu_seconds, peak_mib = steps[step]
    return f"{seconds:,.1f}; {cpu_seconds:,.1f} ({cpu_seconds / max(steps[alone][1], 0.01):.1f}); {peak_mib:,.0f}"
