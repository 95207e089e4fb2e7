"""A month of payments with every outcome (``tests/months``), its files shuffled and told again: one digest."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from proof.section import Section, Tell

if TYPE_CHECKING:
    from months.books import Books
    from months.outcomes import Month
    from months.play import Picture

PAYMENTS, ORDERS = 10_000, 50


def run(tell: Tell, scale: float = 1.0) -> Section:
    """``scale`` 1.0 is 10,000 payments in 50 orders; less makes both fewer."""
    from months.books import books
    from months.play import sent

    payments, orders = max(200, round(PAYMENTS * scale)), max(3, round(ORDERS * scale))
    with tempfile.TemporaryDirectory(prefix="chitra-month-") as folder:
        home, month = sent(Path(folder) / "sent", payments)
        tell(f"month: {payments} payments sent, {len(month.files)} files of the bank")
        pictures = []
        for seed, (picture, seconds) in enumerate(_told(home, Path(folder), month, orders)):
            pictures.append(picture)
            tell(f"month: order {seed} of {orders}, {seconds:.0f} s, {picture.digest[:12]}")
        tell("month: the tie of every day")
        booked = books(home, Path(folder) / "books", month)
    others = [seed for seed, each in enumerate(pictures) if each.digest != pictures[0].digest]
    return Section(
        title="S2, S3: a month in many orders",
        text=_text(payments, len(month.files), pictures, others) + _books(booked),
        corrupted=len(others) + sum(len(booked.surprises(tie)) for tie in booked.healed),
    )


def _told(home: Path, folder: Path, month: Month, orders: int) -> Iterator[tuple[Picture, float]]:
    """The honest order first."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("fork")) as pool:
        tries = [(home, folder / f"order{seed}", month, seed) for seed in range(orders + 1)]
        yield from pool.map(_one, tries)


def _one(given: tuple[Path, Path, Month, int]) -> tuple[Picture, float]:
    import shutil

    from months.play import shuffled

    started = time.monotonic()
    picture = shuffled(*given)
    shutil.rmtree(given[1])
    return picture, time.monotonic() - started


def _text(payments: int, files: int, pictures: list[Picture], others: list[int]) -> str:
    honest = pictures[0]
    states = ", ".join(f"{count:,} {state}" for state, count in sorted(honest.states.items()))
    kinds = ", ".join(f"{count:,} `{kind}`" for kind, count in sorted(honest.kinds.items()))
    lines = [
        f"{payments:,} payments; {files} files of the bank, with rejections, returns in time, late, in part, nameless"
        " and undone, reversals, second debits, contradictions, other amounts and currencies, announcements, copies, a"
        " lost page and a lost day, a fee and funding. Told in the bank's order, then in"
        f" {len(pictures) - 1} orders of chance with half of the files told twice. Compared are states, reasons, days,"
        " allocations, open exceptions with their parameters, and what is worked with.",
        "",
        f"- Payments at the end: {states}.",
        f"- Open exceptions: {kinds}.",
        f"- Allocations: {len(honest.allocations):,}.",
        f"- Orders with another digest than `{honest.digest[:16]}`: {len(others)}.",
        *(f"  - seed {seed}: `{pictures[seed].digest[:16]}`" for seed in others),
    ]
    return "\n".join(lines) + "\n"


def _books(booked: Books) -> str:
    """Both equations of every day, after the lost page and the lost day were told, too."""
    from months.books import not_in_place

    lines = [
        "",
        "The books of that month, by `report tie` of every day, once the bank has said again what was lost. The bank's"
        " own wrongs, second debits and dollars told of a debit in dong, are each a row of the day; nothing else is.",
        "",
        "| day | approved, not in its place | account: closing is wrong by | rows: told and wanted | surprises |",
        "|---|---:|---:|---:|---:|",
    ]
    for tie in booked.healed:
        wrong = sum(abs(each.difference) for each in tie.accounts)
        lines.append(
            f"| {tie.date} | {not_in_place(tie):,} | {wrong:,} | {len(tie.differences)} |"
            f" {len(booked.surprises(tie))} |"
        )
    lines += [f"  - {tie.date}: {each}" for tie in booked.healed for each in booked.surprises(tie)]
    return "\n".join(lines) + "\n"
