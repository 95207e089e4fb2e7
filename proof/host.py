"""Faults of the host that the simulation does not reach: set back, failed over, without power, crowded."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path

from support import lives

from proof.section import Section, Tell

TIMES = 100
"""How often each fault strikes at full scale."""
_LIVES_MAX = 20
"""Lives for each strike that is wanted: some end before their fault."""


def run(tell: Tell, scale: float) -> Section:
    """Every fault of ``lives.FAULTS`` until it has struck as often as is wanted."""
    wanted, judged, rows = max(1, round(TIMES * scale)), Counter[str](), []
    for fault, what in lives.FAULTS.items():
        fired, tried = 0, 0
        while fired < wanted and tried < _LIVES_MAX * wanted:
            life, (doubled, lost, corrupted) = _lived(fault, tried)
            fired, tried = fired + life.fired[fault], tried + 1
            judged += Counter(doubled=doubled, lost=lost, corrupted=corrupted)
            if doubled or lost or corrupted:
                tell(f"fault {fault}, life {tried - 1}: {doubled} doubled, {lost} lost, {corrupted} corrupted")
        tell(f"fault {fault}: {fired} in {tried} lives")
        rows.append(f"| {fault} | {(what.__doc__ or '').partition(': ')[2].rstrip('.')} | {tried} | {fired} |")
    return Section(
        title="Set back, failed over, cut off from power",
        text="\n".join([_INTRODUCTION, "", "| fault | | lives | struck |", "|---:|---|---:|---:|", *rows, "", _NOT]),
        doubled=judged["doubled"],
        lost=judged["lost"],
        corrupted=judged["corrupted"],
    )


def _lived(fault: int, seed: int) -> tuple[lives.Life, tuple[int, int, int]]:
    with tempfile.TemporaryDirectory(prefix="chitra-life-") as folder:
        try:
            return lives.live(fault, seed, Path(folder) / "life")
        finally:
            shutil.rmtree(Path(folder) / "life", ignore_errors=True)


_INTRODUCTION = (
    "One home on SQLite and one bank a life: lists are approved and sent, workers die at any operation, the fault"
    " strikes, then two people resume and start what the bank's book allows, and all runs to its end. The bank pays"
    " whatever it finds, as often as it finds it; its book is the judge: no payee is paid twice, nothing is settled"
    " that was not debited, no message id has two byte strings, what has no end is told, the audit chain is whole. An"
    " anchor lies outside; in three lives of ten the home's own one is lost."
)
_NOT = (
    "Cannot strike here: 21, 22 and 32 (a received file has no name before it is stored), 33 (bytes and the row that"
    " names them are one commit in the database). 28 and 30 are crash points of L3 and of the migration's tests; 29"
    " waits for the rotation of keys. Power is cut on SQLite only: any sectors of a commit's write-ahead log are"
    " missing. Other file systems and disks that lie are not covered."
)
