"""Predecessors and successors: what M10 demands of a payment before it is paid again, and what becomes of a successor
whose predecessor is booked after all.

Both judge all the evidence of the payments ``touched``, as ``matching.conclude`` gathers it (S3).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlmodel import col, select

from gateway.domain.states import PaymentState
from gateway.store import bulk, matching, moves, recalls
from gateway.store.roster.scope import spoken_of
from gateway.store.store import Transaction, take
from gateway.store.tables import FileOut, Payment

_DOUBTS = ("second_debit", "return_reversed", "booked_and_rejected", "contradiction")
_DOUBT = " OR ".join(f"({matching.ODD[kind]})" for kind in _DOUBTS)
"""The predecessor's money may be out after all. Evidence only adds to this, so that no order tells another story."""

_UNRELEASED = "('ready', 'approved', 'allocated')"
_RELEASED = "('sent', 'accepted', 'settled', 'rejected', 'returned')"
_PART = 500


def claim(tx: Transaction, batch_id: str, references: Sequence[str]) -> dict[str, Payment]:
    """Payments of a batch by their reference, their rows locked to the end of the transaction.

    Evidence about them that another worker is writing is seen after it, or waits for us.
    """
    found: dict[str, Payment] = {}
    for start in range(0, len(references), _PART):
        part = references[start : start + _PART]
        query = select(Payment).where(Payment.batch_id == batch_id, col(Payment.payment_ref).in_(part))
        rows = tx.session.exec(query.with_for_update(), execution_options={"populate_existing": True}).all()
        found.update((row.payment_ref, row) for row in rows)
    return found


_NAMED = (
    "SELECT p.id FROM payment p WHERE p.payer = :payer AND p.programme = :programme AND p.payment_ref = :reference"
    " AND p.state {states} ORDER BY p.id DESC LIMIT 1"
)
_LAST = (
    "WITH RECURSIVE line(id) AS (SELECT CAST(:payment AS BIGINT) UNION SELECT s.id FROM line n JOIN payment s"
    " ON s.predecessor_id = n.id WHERE s.state = 'cancelled') SELECT max(id) FROM line"
)


def claim_last(tx: Transaction, payer: str, programme: str, reference: str) -> int | None:
    """The payment of this reference, or of its successors, cancelled before they were sent, the last; locked."""
    given = {"payer": payer, "programme": programme, "reference": reference}
    found = tx.value(_NAMED.format(states="<> 'cancelled'"), **given)
    if found is None:
        found = tx.value(_NAMED.format(states="= 'cancelled' AND p.predecessor_id IS NOT NULL"), **given)
    if found is None:
        return None
    last = int(tx.value(_LAST, payment=found))
    tx.session.get_one(Payment, last, with_for_update=True, populate_existing=True)
    return last


def name_of(tx: Transaction, payment_id: int) -> str:
    """The end-to-end id."""
    return tx.session.get_one(Payment, payment_id).end_to_end_id


def consider(tx: Transaction, payment_ids: Sequence[int]) -> None:
    """Gather all the evidence of these payments."""
    matching.open_touched(tx)
    bulk.insert(tx, "touched", ("payment_id",), ((each,) for each in payment_ids))
    matching.conclude(tx)


_OF = "FROM touched t JOIN payment p ON p.id = t.payment_id"
_LIVE = f"{_OF} JOIN payment_file l ON l.payment_id = p.id AND l.live JOIN file_out f ON f.id = l.file_id"
_ANCESTORS = (
    "WITH RECURSIVE line(id, ancestor) AS (SELECT p.id, p.predecessor_id FROM touched t JOIN payment p"
    " ON p.id = t.payment_id WHERE p.predecessor_id IS NOT NULL UNION SELECT n.id, a.predecessor_id FROM line n"
    " JOIN payment a ON a.id = n.ancestor WHERE a.predecessor_id IS NOT NULL)"
)
_PROVEN = (
    f"SELECT s.payment_id FROM ({matching.DECISIVE}) s JOIN payment q ON q.id = s.payment_id"
    " LEFT JOIN status_report r ON r.partner = q.partner AND r.message_id = s.message_id AND s.message_id <> ''"
    " LEFT JOIN file_in i ON i.id = r.file_in_id"
    " WHERE s.status = 'RJCT' AND (s.message_id = '' OR i.proof NOT IN ('', 'none', 'channel'))"
)
"""Rejected in a file whose proof is more than the channel, or never arrived by the verdict of two people."""

_REISSUE_REFUSALS = {
    "reissue_not_ended": (
        f"SELECT p.id, p.state AS other {_OF} WHERE p.state NOT IN ('rejected', 'returned')"
        " AND NOT (p.state = 'cancelled' AND p.predecessor_id IS NOT NULL)"
    ),
    "reissue_exists": f"SELECT p.id, s.end_to_end_id AS other {_OF} JOIN payment s ON s.predecessor_id = p.id",
    "reissue_file_unknown": f"SELECT p.id, f.message_id AS other {_LIVE} WHERE f.state IN ('releasing', 'unknown')",
    "reissue_contradicted": (
        f"SELECT p.id, p.state AS other {_OF} JOIN concluded c ON c.payment_id = p.id"
        f" WHERE c.target <> p.state OR {_DOUBT}"
    ),
    "reissue_recall_open": (f"SELECT p.id, '' AS other {_OF} WHERE p.state = 'rejected' AND p.id IN ({recalls.OPEN})"),
    "reissue_proof_too_weak": f"SELECT p.id, '' AS other {_OF} WHERE p.state = 'rejected' AND p.id NOT IN ({_PROVEN})",
    "reissue_spoken_of": (
        f"SELECT p.id, '' AS other {_OF} WHERE p.state = 'rejected' AND"
        " (EXISTS (SELECT 1 FROM detail d WHERE d.end_to_end_id = p.end_to_end_id)"
        " OR p.uetr IN (SELECT d.uetr FROM detail d WHERE d.uetr IS NOT NULL)"
        " OR 'I' || substr(p.end_to_end_id, 2) IN"
        "   (SELECT d.instruction_id FROM detail d WHERE d.instruction_id IS NOT NULL)"
        " OR EXISTS (SELECT 1 FROM status_line n JOIN reference_entry b ON b.reference = n.servicer_reference"
        "   WHERE n.end_to_end_id = p.end_to_end_id))"
    ),
    "reissue_not_whole": (
        f"SELECT p.id, '' AS other {_OF} WHERE p.state = 'returned' AND (p.returned_amount <> p.amount OR p.amount <>"
        " COALESCE((SELECT sum(CASE a.kind WHEN 'return' THEN a.amount WHEN 'return_reversal' THEN -a.amount"
        "   ELSE 0 END) FROM allocation a WHERE a.payment_id = p.id), 0))"
    ),
    "reissue_of_doubtful": (
        f"{_ANCESTORS} SELECT n.id, a.end_to_end_id AS other FROM line n JOIN payment a ON a.id = n.ancestor"
        " WHERE a.state NOT IN ('rejected', 'returned', 'cancelled') OR EXISTS (SELECT 1 FROM exception x"
        f" WHERE x.payment_id = a.id AND x.kind IN ({', '.join(repr(kind) for kind in _DOUBTS)}))"
    ),
}
"""Why a considered payment must not be paid again: code -> query for (payment, what it is about)."""


def refusals(tx: Transaction) -> Iterator[tuple[int, str, str]]:
    """(payment id, code, what it is about) for every reason against a considered payment."""
    for code, sql in _REISSUE_REFUSALS.items():
        for row in tx.rows(f"SELECT q.id, q.other FROM ({sql}) q ORDER BY q.id"):
            yield row.id, code, row.other


def rejecting_files(tx: Transaction) -> list[tuple[int, FileOut]]:
    """(payment id, its file) of the considered payments that were rejected: absence of a debit must be proven."""
    rows = tx.rows(f"SELECT p.id AS payment_id, f.id AS file_id {_LIVE} WHERE p.state = 'rejected' ORDER BY p.id")
    return [(row.payment_id, tx.session.get_one(FileOut, row.file_id)) for row in rows]


def free_keys(tx: Transaction, payment_ids: Sequence[int]) -> None:
    """The proven end of these payments: the successor occupies their benefit instead."""
    for start in range(0, len(payment_ids), _PART):
        part = payment_ids[start : start + _PART]
        names = {f"i{index}": each for index, each in enumerate(part)}
        listed = ", ".join(f":{name}" for name in names)
        tx.run(f"UPDATE payment SET holds_key = :no WHERE id IN ({listed})", no=False, **names)


def note_successors(tx: Transaction, batch_id: str, how: str, by: str) -> None:
    """The first history row of each successor: what it is, of whom, and by what."""
    selection = "FROM payment s JOIN payment p ON p.id = s.predecessor_id WHERE s.batch_id = :batch"
    count = tx.value(f"SELECT count(*) {selection}", batch=batch_id)
    tx.run(
        "INSERT INTO history (id, kind, subject, at, source, target, evidence)"
        " SELECT :first - 1 + row_number() OVER (ORDER BY s.id), 'payment', s.end_to_end_id, :at, '', s.state,"
        " CAST(:how AS VARCHAR) || ' of ' || p.end_to_end_id || ' (' || p.state || '), ' || CAST(:by AS VARCHAR)"
        f" {selection}",
        first=take(tx, "history", count).start,
        at=tx.now(),
        how=how,
        by=by,
        batch=batch_id,
    )


# --- when the predecessor is booked after all ------------------------------------------------------------------


def follow_doubts(tx: Transaction, file_in_id: int | None, evidence: str) -> list[str]:
    """Successors of concluded payments whose money may be out after all: held, or an alarm when they were released.

    Returns the kinds of exceptions that are new.
    """
    tx.run("DROP TABLE IF EXISTS following")
    tx.run(
        "CREATE TEMPORARY TABLE following AS WITH RECURSIVE line(id) AS (SELECT s.id FROM concluded c JOIN payment s"
        f" ON s.predecessor_id = c.payment_id WHERE {_DOUBT}"
        " UNION SELECT s.id FROM line n JOIN payment s ON s.predecessor_id = n.id) SELECT id FROM line"
    )
    if not tx.value("SELECT count(*) FROM following"):
        return []
    hold(tx, "t.id IN (SELECT id FROM following)", evidence)
    kinds = ["successor_held"] * _raise_for(tx, "successor_held", "p.state = 'held'", file_in_id)
    return kinds + ["predecessor_booked"] * _raise_for(tx, "predecessor_booked", f"p.state IN {_RELEASED}", file_in_id)


def to_recall(tx: Transaction) -> list[Any]:
    """(id, partner, predecessor, exception) of the followed payments that are out and not booked, and not recalled."""
    return tx.rows(
        "SELECT p.id, p.partner, b.end_to_end_id AS predecessor, x.id AS exception FROM following n"
        " CROSS JOIN payment p CROSS JOIN payment b CROSS JOIN exception x WHERE p.id = n.id"
        " AND b.id = p.predecessor_id AND x.payment_id = p.id AND x.kind = 'predecessor_booked' AND x.state = 'open'"
        f" AND p.state IN ('sent', 'accepted') AND p.id NOT IN ({recalls.OPEN})"
        " AND NOT EXISTS (SELECT 1 FROM recall r WHERE r.payment_id = p.id AND r.decision_id IS NULL) ORDER BY p.id"
    )


def tell_recall(tx: Transaction, exception_id: int, predecessor: str, message_id: str) -> None:
    """The alarm says that the partner is asked, and in which file."""
    params = json.dumps({"predecessor": predecessor, "recall": message_id})
    tx.run("UPDATE exception SET params = :params WHERE id = :id", params=params, id=exception_id)


def hold(tx: Transaction, selection: str, evidence: str, **params: Any) -> int:
    """Whatever of a selection over alias ``t`` is not released yet goes no further before a person has looked."""
    unreleased = f"{selection} AND t.state IN {_UNRELEASED}"
    tx.run(f"UPDATE payment AS t SET held_from = t.state WHERE {unreleased}", **params)
    return moves.move_payments(tx, unreleased, PaymentState.HELD, evidence, **params)


def _raise_for(tx: Transaction, kind: str, rule: str, file_in_id: int | None) -> int:
    """One exception a successor and kind, once for ever; returns how many are new."""
    selection = (
        f"FROM following n JOIN payment p ON p.id = n.id JOIN payment b ON b.id = p.predecessor_id WHERE {rule}"
        " AND NOT EXISTS (SELECT 1 FROM exception x WHERE x.kind = :kind AND x.payment_id = p.id)"
    )
    count: int = tx.value(f"SELECT count(*) {selection}", kind=kind)
    if count:
        tx.run(
            "INSERT INTO exception (id, kind, partner, file_in_id, payment_id, amount, currency, params, state,"
            " opened_at) SELECT :first - 1 + row_number() OVER (ORDER BY p.id), CAST(:kind AS VARCHAR), p.partner,"
            " CAST(:file AS BIGINT), p.id, p.amount, p.currency,"
            " '{\"predecessor\": \"' || b.end_to_end_id || '\"}', 'open', :now"
            f" {selection}",
            first=take(tx, "exception", count).start,
            kind=kind,
            file=file_in_id,
            now=tx.now(),
        )
    return count


def doubtful_in(tx: Transaction, file_id: int) -> bool:
    """Whether a file has a payment that must not go out in it.

    A held one, one whose predecessor is not ended, or one of whose person the population registry says something that
    nobody has judged.
    """
    found = tx.value(
        "SELECT 1 FROM payment_file l JOIN payment p ON p.id = l.payment_id LEFT JOIN payment b"
        " ON b.id = p.predecessor_id WHERE l.file_id = :file AND l.live AND (p.state = 'held'"
        " OR b.state NOT IN ('rejected', 'returned', 'cancelled')"
        f" OR {spoken_of('p')}) LIMIT 1",
        file=file_id,
    )
    return found is not None


def neighbours(tx: Transaction, payment_id: int) -> Any:
    """(predecessor, successor, the successor's batch) of a payment, each None where there is none."""
    return tx.run(
        "SELECT b.end_to_end_id AS predecessor, s.end_to_end_id AS successor, s.batch_id AS successor_batch"
        " FROM payment p LEFT JOIN payment b ON b.id = p.predecessor_id LEFT JOIN payment s ON s.predecessor_id = p.id"
        " WHERE p.id = :payment",
        payment=payment_id,
    ).one()
