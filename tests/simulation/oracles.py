"""Promises over all rows, looked at after every step that committed something; and those of the end."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from support.gateways import payments_key

from gateway.domain.errors import Tampered
from gateway.store import audit, blobs
from gateway.store.store import Store, Transaction
from keys.certificates import key_id_of
from simulation import again
from simulation.bank import Bank
from simulation.judge import Judge
from simulation.violation import require

PERSONAL = re.compile(r"Nguy[eễ]n|NGUYEN|(?<![0-9a-f])(?:10777\d{5}|0977\d{6}|001160\d{6})(?![0-9a-f])")
"""What every beneficiary of a simulation is known by (A3)."""

MOVES: Mapping[str, Mapping[str, str]] = {
    "payment": {
        "": "ready",
        "ready": "held approved cancelled",
        "held": "ready approved allocated cancelled",
        "approved": "allocated held cancelled",
        "allocated": "approved held cancelled sent",
        "sent": "accepted settled rejected returned",
        "accepted": "accepted settled rejected returned",
        "settled": "returned sent",
        "rejected": "settled",
        "returned": "settled",
    },
    "file_out": {
        "": "allocated",
        "allocated": "sealed held void",
        "sealed": "uploading unknown held void",
        "held": "allocated sealed void",
        "uploading": "releasing unknown void",
        "releasing": "sent unknown",
        "unknown": "sent acknowledged rejected closed",
        "sent": "acknowledged rejected unknown closed",
        "acknowledged": "rejected unknown closed",
        "rejected": "acknowledged unknown closed",
        "closed": "acknowledged",
    },
    "file_in": {"": "received duplicate", "received": "processed quarantined", "quarantined": "processed"},
}
"""Of the money-safety notes, written down here anew: the product's own table may be wrong."""

_EMPTY = {
    "M4": "SELECT payment_id FROM payment_file WHERE live GROUP BY payment_id HAVING count(*) > 1",
    "M6": "SELECT f.message_id FROM file_out f JOIN payment_file l ON l.file_id = f.id JOIN payment p"
    " ON p.id = l.payment_id GROUP BY f.id HAVING count(*) <> f.payments OR sum(p.amount) <> f.amount",
    "M9": "SELECT f.message_id FROM file_out f JOIN payment_file l ON l.file_id = f.id AND l.live JOIN payment p"
    " ON p.id = l.payment_id WHERE f.state IN ('releasing', 'unknown', 'sent', 'acknowledged')"
    " AND p.state NOT IN ('sent', 'accepted', 'settled', 'rejected', 'returned')",
    "M11": "SELECT b.id FROM batch b WHERE b.state IN ('approved', 'sending', 'closing', 'closed') AND (SELECT"
    " count(DISTINCT a.approver) FROM approval a WHERE a.batch_id = b.id AND a.approver <> b.maker) < 2",
    "S5": "SELECT a.id FROM allocation a JOIN payment p ON p.id = a.payment_id"
    " WHERE a.amount + a.charges <> p.amount OR a.currency <> p.currency",
    "S6": "SELECT e.id FROM entry e WHERE e.disposition NOT IN ('allocated', 'exception', 'ignored')"
    " OR (e.disposition = 'ignored' AND e.reason IS NULL) OR (e.disposition = 'allocated' AND abs(e.amount) <>"
    " (SELECT COALESCE(sum(a.amount), 0) FROM allocation a WHERE a.entry_id = e.id)) OR (e.disposition = 'exception'"
    " AND NOT EXISTS (SELECT 1 FROM exception x WHERE x.entry_id = e.id))",
    "S2": "SELECT kind FROM exception WHERE kind IN ('second_debit', 'second_return', 'second_reversal')",
    "T9": "SELECT f.reference FROM file_in f WHERE f.state = 'quarantined'"
    " AND NOT EXISTS (SELECT 1 FROM exception x WHERE x.file_in_id = f.id)",
    "M8": "SELECT f.partner, a.temporary FROM attempt a JOIN file_out f ON f.id = a.file_id"
    " WHERE a.temporary NOT IN ('', f.name) GROUP BY f.partner, a.temporary HAVING count(*) > 1",
    "A1": "SELECT 1 FROM audit_head h WHERE h.sequence <> (SELECT count(*) FROM audit)",
}
"""Promise -> a query that must find nothing."""


class Oracles:
    """Holds the world to its promises; remembers what may never change."""

    def __init__(self, raw: sqlite3.Connection, judge: Judge, banks: Mapping[str, Bank]) -> None:
        self._raw, self._judge, self._banks = raw, judge, banks
        self._history, self._audited = 0, 0
        self.acts: int = raw.execute("SELECT count(*) FROM audit").fetchone()[0]
        """Acts of the beginning, and those that transactions meant to record and that were committed."""
        self._state: dict[tuple[str, str], str] = {}
        self._wire: dict[str, tuple[str, str | None]] = {}

    def look(self) -> None:
        for promise, sql in _EMPTY.items():
            found = self._raw.execute(sql).fetchmany(3)
            require(not found, promise, str(found))
        recorded = self._raw.execute("SELECT count(*) FROM audit").fetchone()[0]
        require(recorded >= self.acts, "A1", f"{self.acts} acts, {recorded} records")
        self._moves()
        self._payments()
        self._files()
        self._trust()
        self._discretion()

    def _moves(self) -> None:
        """M3: one history without gaps, by legal moves, each with its evidence."""
        rows = self._raw.execute(
            "SELECT id, kind, subject, source, target, evidence FROM history WHERE id > ? ORDER BY id", (self._history,)
        )
        for number, kind, subject, source, target, evidence in rows:
            self._history = number
            require(evidence, "M3", f"{kind} {subject} moved to {target} without evidence")
            known = self._known(kind, subject, source)
            require(known == source, "M3", f"{kind} {subject} left {source}, but was {known}")
            self._state[kind, subject] = target
            if kind in MOVES:
                legal = MOVES[kind].get(source, "").split()
                require(target in legal, "M3", f"{kind} {subject}: {source} -> {target}")

    def _known(self, kind: str, subject: str, source: str = "ready") -> str:
        """Where its history ended; a payment begins ``ready`` with its batch, a successor with its first move."""
        begins = ("ready", "") if kind == "payment" else ("",)
        return self._state.get((kind, subject), source if source in begins else "")

    def _payments(self) -> None:
        """M3: the state is where history ends. S1: it says what the bank's ledger says."""
        absent = self._judge.absent()
        for end_to_end_id, state, partner in self._raw.execute("SELECT end_to_end_id, state, partner FROM payment"):
            require(self._known("payment", end_to_end_id) == state, "M3", f"{end_to_end_id} is {state} without a move")
            ledger = self._banks[partner].ledger
            returned = ledger.returned | ledger.returned_short
            said = {"settled": ledger.booked, "returned": returned, "rejected": ledger.rejected | absent}
            proof = said.get(state)
            require(
                proof is None or end_to_end_id in proof, "S1", f"{end_to_end_id} is {state}, the bank never said so"
            )
            sent = state in ("cancelled", "ready", "approved") and ledger.debited[end_to_end_id]
            require(not sent, "M13", f"{end_to_end_id} is {state}, and the bank has its file")

    def _files(self) -> None:
        """M5: one message id is one name and one byte string for ever; no name twice at a partner."""
        names = set()
        for message_id, partner, name, sha256 in self._raw.execute(
            "SELECT message_id, partner, name, sha256 FROM file_out"
        ):
            known = self._wire.get(message_id)
            require(known is None or known[0] == name, "M5", f"{message_id} has another name")
            require(known is None or known[1] in (None, sha256), "M5", f"{message_id} has other bytes")
            require((partner, name) not in names, "M5", f"{name} is used twice")
            names.add((partner, name))
            self._wire[message_id] = (name, sha256)
        require(
            self._wire.keys() == {each for (each,) in self._raw.execute("SELECT message_id FROM file_out")}, "M5", ""
        )

    def _trust(self) -> None:
        """T1, T5: what no partner said to us was never believed."""
        believed = self._raw.execute(
            "SELECT partner, sha256, name FROM file_in WHERE state = 'processed' AND proof <> 'none'"
        )
        for partner, sha256, name in believed:
            require((partner, sha256) not in self._judge.forged, "T1", f"{name} is forged and was believed")

    def _discretion(self) -> None:
        """A3 in what is kept: audit details, evidence, exceptions."""
        rows = self._raw.execute(
            "SELECT sequence, details FROM audit WHERE sequence > ? ORDER BY sequence", (self._audited,)
        )
        for sequence, details in rows:
            self._audited = sequence
            require(not PERSONAL.search(details), "A3", f"audit {sequence}")
        for (params,) in self._raw.execute("SELECT params FROM exception"):
            require(not PERSONAL.search(params), "A3", params)

    # --- the end ------------------------------------------------------------------------------------------------

    def at_the_end(self, store: Store, said: Iterable[str]) -> None:
        """A2 and T3 over everything; M2: nothing approved is lost. ``said`` are the codes of the last run."""
        with store.read() as tx:
            require(audit.first_break(tx) is None, "A2", "the audit chain is broken")
            for row in tx.rows("SELECT sha256 FROM blob WHERE part = 0"):
                require(_is_whole(tx, row.sha256), "T3", f"other bytes are kept under {row.sha256}")
        self._signatures_name_their_keys()
        self._sent_is_there()
        self._foreign_debits()
        self._books_agree()
        again.require_followed(self._raw, self._banks)
        self._inboxes_are_read()
        for payment in self._open():
            require(self._stands_somewhere(payment, set(said)), "M2", f"{payment} is lost")

    def _open(self) -> list[Any]:
        """(payment id, end-to-end id, state, file id, file state, batch, partner) of what has no end."""
        return self._raw.execute(
            "SELECT p.id, p.end_to_end_id, p.state, f.id, f.state, p.batch_id, p.partner FROM payment p"
            " LEFT JOIN payment_file l ON l.payment_id = p.id AND l.live LEFT JOIN file_out f ON f.id = l.file_id"
            " WHERE p.state IN ('held', 'approved', 'allocated', 'sent', 'accepted')"
        ).fetchall()

    def _stands_somewhere(self, payment: Any, said: set[str]) -> bool:
        """In a queue that has a name and an alert: an exception, an unknown file, a stop."""
        number, _, _, file, file_state, batch, partner = payment
        if file_state == "unknown":
            return "file_unknown_outcome" in said or self._excepted(number, file)
        return self._excepted(number, file) or self._stopped(batch, partner)

    def _excepted(self, payment: int, file: int | None) -> bool:
        sql = "SELECT 1 FROM exception WHERE state = 'open' AND (payment_id = ? OR file_out_id = ?)"
        return self._raw.execute(sql, (payment, file)).fetchone() is not None

    def _stopped(self, batch: str, partner: str) -> bool:
        sql = (
            "SELECT 1 FROM stop WHERE lifted_at IS NULL AND"
            " (scope = 'all' OR (scope = 'batch' AND subject = ?) OR (scope = 'partner' AND subject = ?))"
        )
        return self._raw.execute(sql, (batch, partner)).fetchone() is not None

    def _signatures_name_their_keys(self) -> None:
        """A4: of every file out our key, of every file in that of the partner whose word it is."""
        ours = payments_key().key_id
        nameless = self._raw.execute(
            "SELECT message_id FROM file_out WHERE sha256 IS NOT NULL AND key_id <> ?", (ours,)
        ).fetchall()
        require(not nameless, "A4", f"{nameless} do not name the key that signed them")
        keys = {code: key_id_of(bank.answerer.key.certificate) for code, bank in self._banks.items()}
        rows = self._raw.execute("SELECT partner, name, key_id FROM file_in WHERE state = 'processed'")
        for partner, name, key_id in rows:
            require(key_id == keys[partner], "A4", f"{name} is believed, and its key is {key_id}")

    def _sent_is_there(self) -> None:
        """Unless the partner itself swept it away while it was written under its final name, or two people have
        decided on its word that it never was there: such a file is closed like a rejected one.
        """
        swept = {(code, name) for code, bank in self._banks.items() for name in bank.swept_names}
        sql = (
            "SELECT message_id, partner, name FROM file_out f WHERE state IN ('sent', 'acknowledged', 'closed')"
            " AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.file_id = f.id AND v.verdict = 'absent')"
        )
        for message_id, partner, name in self._raw.execute(sql):
            there = message_id in self._judge.appeared or (partner, name) in swept
            require(there, "M9", f"{message_id} is called sent and never was there")

    def _books_agree(self) -> None:
        """S1, S8: after everything was told, each payment is what the bank's books say of it."""
        unsent = {
            number
            for (number,) in self._raw.execute(
                "SELECT payment_id FROM exception WHERE kind IN ('evidence_for_unsent', 'amount_differs')"
            )
        }
        for number, end_to_end_id, state, partner in self._raw.execute(
            "SELECT id, end_to_end_id, state, partner FROM payment"
        ):
            ledger = self._banks[partner].ledger
            if end_to_end_id in ledger.booked and number not in unsent:
                returned = end_to_end_id in ledger.returned | ledger.returned_short
                undone = end_to_end_id in ledger.reversed
                wanted = "returned" if returned else "sent" if undone else "settled"
                require(
                    state in (wanted, "rejected" if undone else wanted, "accepted" if undone else wanted),
                    "S8",
                    f"{end_to_end_id} is {state}, by the books {wanted}",
                )

    def _inboxes_are_read(self) -> None:
        """T7, D2: every genuine file that lies there is known, or a person is told why it is not taken; and nothing
        received waits to be understood.
        """
        told = "".join(params for (params,) in self._raw.execute("SELECT params FROM exception WHERE state = 'open'"))
        waiting = self._raw.execute("SELECT reference FROM file_in WHERE state = 'received'").fetchall()
        require(not waiting, "D2", f"{waiting} are received and never understood")
        known = set(self._raw.execute("SELECT partner, sha256 FROM file_in"))
        for code, bank in self._banks.items():
            genuine = {content for _, _, content in bank.sent}
            for inbox in bank.profile.inboxes:
                for name, node in bank.server.folder(inbox.folder).items():
                    read = node.content not in genuine or (code, _sha256(node.content)) in known or name in told
                    require(read or not node.is_regular, "T7", f"{name} lies unread")
                for name, node in bank.server.folder(inbox.archive).items():
                    read = node.content not in genuine or (code, _sha256(node.content)) in known
                    require(read, "T4", f"{name} was archived unread")

    def _foreign_debits(self) -> None:
        """S7: a debit of somebody else is an alarm."""
        wanted = sum(bank.ledger.foreign for bank in self._banks.values())
        sql = "SELECT count(*) FROM exception WHERE kind IN ('unknown_debit', 'unexplained_debit')"
        found = self._raw.execute(sql).fetchone()[0]
        require(found >= wanted, "S7", f"{wanted} debits of others, {found} alarms")


def _is_whole(tx: Transaction, sha256: str) -> bool:
    try:
        return _sha256(b"".join(blobs.parts(tx, sha256))) == sha256
    except Tampered:
        return False


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
