"""S2 and S3 at the end of a run: everything the partners said is forgotten and told again, in another order, twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from gateway.store import blobs
from gateway.store.store import Store
from simulation.bank import Bank
from simulation.chance import Chance
from simulation.violation import require

_DEPENDS_ON_TIME = ("evidence_for_unsent", "status_for_unsent_message", "debit_of_unreleased")
"""Kinds of exception of what came before we had sent it: told again, it comes after."""

Arrival = tuple[str, str, str, str]
"""(partner, folder, name, sha256)"""

_PICTURES = {
    "payments": "SELECT end_to_end_id, state, reason, holds_key, returned_amount, debited_at, return_window_until"
    " FROM payment ORDER BY 1",
    "allocations": "SELECT p.end_to_end_id, a.kind, a.amount, a.booked_on, e.servicer_reference FROM allocation a"
    " JOIN payment p ON p.id = a.payment_id JOIN entry e ON e.id = a.entry_id ORDER BY 1, 2, 5",
    "exceptions": "SELECT x.kind, p.end_to_end_id, x.amount, count(*) FROM exception x LEFT JOIN payment p"
    " ON p.id = x.payment_id WHERE x.file_in_id IS NOT NULL AND x.kind <> 'archive_denied' AND x.healed_at IS NULL"
    " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    "entries": "SELECT disposition, reason, count(*) FROM entry GROUP BY 1, 2 ORDER BY 1, 2",
}
_TOLD = (
    *("allocation", "sum_entry", "reference_entry", "detail", "entry", "balance", "statement", "status_line"),
    *("status_report", "finding", "sighting", "file_in"),
)
_FORGET = (
    "DELETE FROM resolution",
    "DELETE FROM exception WHERE file_in_id IS NOT NULL",
    "UPDATE payment SET state = 'sent', debited_at = NULL, credited_evidence = NULL, return_window_until = NULL,"
    " reason = NULL, returned_amount = 0, return_charges = 0, holds_key = 1"
    " WHERE state IN ('accepted', 'settled', 'rejected', 'returned')",
    "UPDATE file_out SET state = 'sent' WHERE state IN ('acknowledged', 'rejected', 'closed', 'unknown')",
    "UPDATE batch SET state = 'sending' WHERE state IN ('closing', 'closed')",
)
_ORDERED_ANEW = (
    "SELECT 1 FROM payment WHERE kind = 'regular' AND predecessor_id IS NULL AND state <> 'cancelled'"
    " GROUP BY payer, programme, person_blind, benefit_month HAVING count(*) > 1 AND sum(NOT holds_key) > 0"
)


class Reorder:
    """Works in the run's own database, which nobody needs any more."""

    def __init__(self, raw: sqlite3.Connection, store: Store, banks: Mapping[str, Bank], chance: Chance) -> None:
        self._raw, self._store, self._banks, self._chance = raw, store, banks, chance

    def check(self, collect: Callable[[], object]) -> None:
        """``collect`` is one round over all partners."""
        first = self._picture()
        if not self._is_comparable(first):
            return
        told = self._arrivals()
        self._forget()
        self._tell(self._chance.shuffled(told), collect)
        self._require_equal("S3", first)
        self._tell(self._chance.shuffled(told), collect)
        self._require_equal("S2", first)

    def _picture(self) -> dict[str, list[Any]]:
        return {aspect: self._raw.execute(sql).fetchall() for aspect, sql in _PICTURES.items()}

    def _require_equal(self, promise: str, first: dict[str, list[Any]]) -> None:
        for aspect, rows in self._picture().items():
            gone, new = set(first[aspect]) - set(rows), set(rows) - set(first[aspect])
            require(rows == first[aspect], promise, f"{aspect}: {sorted(gone, key=str)} became {sorted(new, key=str)}")

    def _is_comparable(self, picture: dict[str, list[Any]]) -> bool:
        """Not what two people have decided, not what spoke of files that we had not sent yet, and not when a benefit
        was ordered anew after its first payment had come back: without that word the second one would not be here.
        """
        decided = self._raw.execute(
            "SELECT 1 FROM verdict UNION SELECT 1 FROM recall"
            " UNION SELECT 1 FROM payment WHERE predecessor_id IS NOT NULL"
        ).fetchone()
        anew = self._raw.execute(_ORDERED_ANEW).fetchone()
        return not decided and not anew and not {row[0] for row in picture["exceptions"]} & {*_DEPENDS_ON_TIME}

    def _arrivals(self) -> list[tuple[Arrival, bytes]]:
        rows: list[Arrival] = self._raw.execute("SELECT partner, folder, name, sha256 FROM file_in").fetchall()
        with self._store.read() as tx:
            return [(row, b"".join(blobs.parts(tx, row[3]))) for row in rows]

    def _forget(self) -> None:
        for (name,) in self._raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            self._raw.execute(f"DROP TRIGGER {name}")
        for table in _TOLD:
            self._raw.execute(f"DELETE FROM {table}")
        for sql in _FORGET:
            self._raw.execute(sql)
        for bank in self._banks.values():
            for inbox in bank.profile.inboxes:
                bank.server.folder(inbox.folder).clear()
                bank.server.folder(inbox.archive).clear()

    def _tell(self, told: list[tuple[Arrival, bytes]], collect: Callable[[], object]) -> None:
        """One after another; twice each, since some inboxes look twice before they take."""
        for (partner, folder, name, _), content in told:
            bank = self._banks[partner]
            bank.server.put(f"{folder}/{name}", content)
            bank.server.put(f"{folder}/{name}.done", b"")
            collect()
            collect()
            bank.server.folder(folder).clear()
