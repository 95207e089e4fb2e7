"""Who is watched while it happens: every name opened, released and archived at a partner, every commit of a release.

The judge reads the committed database past the gateway, and believes the bank's ledger alone of what was paid.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from support.gateways import PERIOD

from gateway.domain.calendar import VIET_NAM
from gateway.store.store import Transaction
from simulation import again
from simulation.bank import Bank
from simulation.orders import Order, is_recall, read_order, read_recall
from simulation.violation import Violation, require

_PAID = ("sent", "accepted", "settled", "rejected", "returned")


class Judge:
    """Promises that are kept or broken at one moment; those over all rows are in ``simulation.oracles``."""

    def __init__(self, raw: sqlite3.Connection, banks: Mapping[str, Bank]) -> None:
        self._raw, self._banks = raw, banks
        self.forged: set[tuple[str, str]] = set()
        """(partner, SHA-256) of bytes that this partner never said."""
        self.lists: dict[str, dict[str, dict[str, str]]] = {}
        """SHA-256 of an imported file -> its rows by ``payment_ref``."""
        self.foreign_orders: set[bytes] = set()
        """Bytes that others laid under our names."""
        self.releases: Counter[str] = Counter()
        """Message id -> requests to release it that reached the partner."""
        self.appeared: set[str] = set()
        """Message ids that stood under their final name."""
        self._benefits: dict[tuple[str, str], str] = {}
        self.broken: Violation | None = None
        """Kept until the world looks: the error itself may be handled by what it strikes."""

    def _judged(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Violation as violation:
            self.broken = self.broken or violation
            raise

    def row(self, sql: str, *values: Any) -> Any:
        return self._raw.execute(sql, values).fetchone()

    # --- at the partner -----------------------------------------------------------------------------------------

    def opening(self, partner: str, path: str) -> None:
        """M8: a name is created; by the form of delivery that is an upload, or the payment itself."""
        bank, name = self._banks[partner], path.rpartition("/")[2]
        form, marker = bank.profile.outbox.delivery, bank.profile.outbox.marker
        if form in ("direct", "dropbox"):
            self._judged(lambda: self._releasing(partner, name, name))
        elif form == "marker" and name.endswith(marker):
            data = name.removesuffix(marker)
            self._judged(lambda: self._require_durable(bank, path.removesuffix(marker)))
            self._judged(lambda: self._releasing(partner, data, data))
        else:
            self._judged(lambda: self._uploading(partner, name))

    def _uploading(self, partner: str, name: str) -> None:
        """An upload is known before anything of it can be seen."""
        found = self.row(
            "SELECT min(a.releasing_at IS NOT NULL) FROM attempt a JOIN file_out f ON f.id = a.file_id"
            " WHERE f.partner = ? AND a.temporary = ?",
            partner,
            name,
        )
        require(found[0] is not None, "M8", f"{name} is opened without a committed attempt")
        require(not found[0], "M9", f"{name} is opened after its release")

    def renaming(self, partner: str, source: str, target: str) -> None:
        bank, name = self._banks[partner], target.rpartition("/")[2]
        if target.startswith(f"{bank.outbox}/"):
            self._judged(lambda: self._require_durable(bank, source))
            self._judged(lambda: self._releasing(partner, source.rpartition("/")[2], name))
        else:
            self._judged(lambda: self._archiving(bank, source))

    def _releasing(self, partner: str, temporary: str, name: str) -> None:
        """M8, M9: one release of a file, and its intent is committed with the state of its payments."""
        found = self.row(
            "SELECT f.id, f.message_id, max(a.releasing_at), f.execution_date, f.message FROM attempt a"
            " JOIN file_out f ON f.id = a.file_id WHERE f.partner = ? AND a.temporary = ? AND f.name = ?",
            partner,
            temporary,
            name,
        )
        require(found[1], "M8", f"{name} is released from {temporary}, which no attempt has named")
        require(found[2], "M8", f"{name} is released without a committed intent")
        self.releases[found[1]] += 1
        require(self.releases[found[1]] == 1, "M9", f"{found[1]} is released again")
        if not found[4].startswith("camt.055"):
            released_on = datetime.fromisoformat(found[2]).astimezone(VIET_NAM).date().isoformat()
            require(found[3] >= released_on, "M14", f"{name} is released on {released_on} for {found[3]}")
            self._require_sent(found[0], name)

    @staticmethod
    def _require_durable(bank: Bank, path: str) -> None:
        node = bank.server.find(path)
        require(node is None or node.is_durable, "D1", f"{path} is released before it is durable")

    def removing(self, partner: str, path: str) -> None:
        """Only what an attempt of ours has written under a temporary name; never what others may read."""
        self._judged(lambda: self._removing(self._banks[partner], path))

    def _removing(self, bank: Bank, path: str) -> None:
        folder, _, name = path.rpartition("/")
        found = self.row("SELECT count(*) FROM attempt WHERE temporary = ?", name)
        require(folder == bank.outbox and found[0], "M9", f"{path} is removed, and it is not ours to remove")

    def _require_sent(self, file_id: int, name: str) -> None:
        states = self._raw.execute(
            "SELECT DISTINCT p.state FROM payment p JOIN payment_file l ON l.payment_id = p.id"
            " WHERE l.file_id = ? AND l.live",
            (file_id,),
        ).fetchall()
        require(states, "M4", f"{name} is released without a live payment")
        require(all(state in _PAID for (state,) in states), "M13", f"{name} is released with payments {states}")

    def _archiving(self, bank: Bank, source: str) -> None:
        """T4: only what we have committed, with an end; companions say nothing themselves.

        No server moves a file on condition of its bytes: what a partner changes in the very moment is moved unread, and
        goes back (``Oracles`` looks for it at the end).
        """
        node = bank.server.find(source)
        if node is None or source.endswith(".done"):
            return
        sha256, name = hashlib.sha256(node.content).hexdigest(), source.rpartition("/")[2]
        found = self.row(
            "SELECT 1 FROM file_in WHERE partner = ? AND (sha256 = ? OR name = ?) AND state <> 'received'",
            bank.profile.code,
            sha256,
            name,
        )
        require(found, "T4", f"{source} is archived unread")

    def absent(self) -> set[str]:
        """End-to-end ids of files that two people called absent, by a bank that has blocked them."""
        rows = self._raw.execute(
            "SELECT p.end_to_end_id FROM verdict v JOIN payment_file l ON l.file_id = v.file_id"
            " JOIN payment p ON p.id = l.payment_id WHERE v.verdict = 'absent'"
        )
        return {end_to_end_id for (end_to_end_id,) in rows}

    def lay(self, partner: str, path: str, content: bytes) -> None:
        """Somebody else writes under a name of ours."""
        self.foreign_orders.add(content)
        self._banks[partner].server.put(path, content)

    def forge(self, partner: str, content: bytes) -> None:
        """From now on something lies there that the partner never said."""
        self.forged.add((partner, hashlib.sha256(content).hexdigest()))

    # --- under a final name -------------------------------------------------------------------------------------

    def appear(self, bank: Bank, name: str) -> None:
        """M1, M5, M6, M7, M13: the bank debits it, however often it comes."""
        content = bank.server.get(f"{bank.outbox}/{name}").content
        if content not in self.foreign_orders:
            self._judged(lambda: self._appear(bank, name, content))

    def sweep(self, bank: Bank, content: bytes) -> bool:
        """Fault 49: a partner works on what was never released, and then nothing of it may come again.

        False for what has a final name already: working on that as well would be the partner's own second debit.
        """
        if is_recall(content):
            return self._sweep_recall(content)
        order = read_order("", content)
        if order.message_id in self.appeared:
            return False
        self.appeared.add(order.message_id)
        for line in order.lines:
            bank.ledger.debited[line.end_to_end_id] += 1
        return True

    def _sweep_recall(self, content: bytes) -> bool:
        message_id, _ = read_recall(content)
        is_new = message_id not in self.appeared
        self.appeared.add(message_id)
        return is_new

    def _appear(self, bank: Bank, name: str, content: bytes) -> None:
        sha256 = hashlib.sha256(content).hexdigest()
        found = self.row(
            "SELECT f.id, f.message_id, f.name FROM wire_object w JOIN file_out f ON f.id = w.file_id"
            " WHERE w.sha256 = ? AND f.partner = ?",
            sha256,
            bank.profile.code,
        )
        require(found, "M7", f"bytes under {name} were never sealed")
        require(found[2] == name, "M5", f"{found[1]} appears as {name}")
        self.appeared.add(found[1])
        if is_recall(content):
            return
        order = read_order(name, content)
        self._require_sums(order)
        if order.message_id in bank.blocked:
            return
        for line in order.lines:
            bank.ledger.debited[line.end_to_end_id] += 1
            require(bank.ledger.debited[line.end_to_end_id] == 1, "M1", f"{line.end_to_end_id} is debited twice")
            self._require_approved(line.end_to_end_id, line.amount, line.account)
        self._require_sent(found[0], name)

    @staticmethod
    def _require_sums(order: Order) -> None:
        require(order.count == len(order.lines), "M6", f"{order.message_id} counts {order.count}")
        require(order.control_sum == sum(line.amount for line in order.lines), "M6", f"sum of {order.message_id}")

    def _require_approved(self, end_to_end_id: str, amount: int, account: str) -> None:
        """M12, M7: the values of the list that was approved; and nobody's month is paid twice."""
        listed = self.listed(end_to_end_id)
        require((listed["amount"], listed["account"]) == (str(amount), account), "M12", f"{end_to_end_id} was changed")
        benefit = (listed["beneficiary_id"], PERIOD)
        earlier = self._benefits.get(benefit, end_to_end_id)
        if self._is_over(earlier) or earlier in self._predecessors(end_to_end_id):
            earlier = end_to_end_id
        self._benefits[benefit] = end_to_end_id
        require(earlier == end_to_end_id, "M1", f"{end_to_end_id} pays the benefit of {earlier} again")

    def listed(self, end_to_end_id: str) -> dict[str, str]:
        """The row of the list that ordered a payment, or that corrected it."""
        source, reference = self.row(
            "SELECT b.source_sha256, p.payment_ref FROM payment p JOIN batch b ON b.id = p.batch_id"
            " WHERE p.end_to_end_id = ?",
            end_to_end_id,
        )
        return self.lists[source][reference]

    def _predecessors(self, end_to_end_id: str) -> set[str]:
        """Those that it was issued for again; that they are over was judged then (``simulation.again``)."""
        rows = self._raw.execute(
            "WITH RECURSIVE line(id) AS (SELECT predecessor_id FROM payment WHERE end_to_end_id = ? UNION"
            " SELECT p.predecessor_id FROM line n JOIN payment p ON p.id = n.id)"
            " SELECT p.end_to_end_id FROM line n JOIN payment p ON p.id = n.id",
            (end_to_end_id,),
        )
        return {each for (each,) in rows}

    def _is_over(self, end_to_end_id: str) -> bool:
        """Fully returned, or by the bank's word never worked on: another may pay the same month."""
        returned = any(end_to_end_id in bank.ledger.returned for bank in self._banks.values())
        return returned or end_to_end_id in self.absent()

    # --- at the commit ------------------------------------------------------------------------------------------

    def before_commit(self, tx: Transaction, verbs: list[str]) -> None:
        """M16: no release is committed while a stop stands over it. M10: nothing is paid again that may be out."""
        if "file release" in verbs:
            self._judged(lambda: self._require_no_stop(tx))
            self._judged(lambda: again.require_predecessors_over(tx))
        if "payment reissue" in verbs:
            self._judged(lambda: again.require_evidence(tx, self._banks, self.absent()))

    @staticmethod
    def _require_no_stop(tx: Transaction) -> None:
        stopped = tx.value(
            "SELECT count(*) FROM file_out f JOIN batch b ON b.id = f.batch_id JOIN stop s ON s.lifted_at IS NULL"
            " WHERE f.state = 'releasing' AND (s.scope = 'all' OR s.subject ="
            " CASE s.scope WHEN 'partner' THEN f.partner WHEN 'batch' THEN b.id WHEN 'programme' THEN b.programme"
            " WHEN 'payer' THEN b.payer END) AND f.message_id IN (SELECT h.subject FROM history h"
            " WHERE h.kind = 'file_out' AND h.target = 'releasing' AND h.at >= s.stopped_at)"
        )
        require(stopped == 0, "M16", "released although stopped")
