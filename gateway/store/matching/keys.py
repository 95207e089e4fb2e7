"""Which payment each detail names, by the strongest of its keys: the scratch tables ``examined`` and ``named``.

In this order: the end-to-end id, the UETR, the instruction id. A key counts as it is written, letter by letter; what is
cut, in another case or "NOTPROVIDED" names nothing.
"""

from __future__ import annotations

from gateway.store.store import Transaction

INSTRUCTION = "'E' || substr(d.instruction_id, 2)"
"""The end-to-end id of the payment that we sent under an instruction id."""
_IS_INSTRUCTION = "substr(d.instruction_id, 1, 1) = 'I'"

_OTHERS = (
    "(d.uetr <> p.uetr AND EXISTS (SELECT 1 FROM payment q WHERE q.uetr = d.uetr))"
    f" OR ({_IS_INSTRUCTION} AND {INSTRUCTION} <> p.end_to_end_id"
    f"   AND EXISTS (SELECT 1 FROM payment q WHERE q.end_to_end_id = {INSTRUCTION}))"
)
"""Beside the stronger key that names ``p``, a weaker one names another payment of ours."""

_STRONGER_IS_OTHER = {
    "uetr": "d.end_to_end_id <> 'NOTPROVIDED'",
    "instruction": "d.end_to_end_id <> 'NOTPROVIDED' OR d.uetr <> p.uetr",
}
"""A stronger key is given and is not this payment's (else it had named the payment already)."""

_NAMES = {"uetr": "p.uetr = d.uetr", "instruction": f"{_IS_INSTRUCTION} AND p.end_to_end_id = {INSTRUCTION}"}


def examine(tx: Transaction, file_in_id: int) -> int:
    """The open entries of a file are looked at; returns how many."""
    tx.run("DROP TABLE IF EXISTS examined")
    tx.run("CREATE TEMPORARY TABLE examined (entry_id BIGINT PRIMARY KEY)")
    return tx.run(
        "INSERT INTO examined SELECT e.id FROM statement s CROSS JOIN entry e"
        " WHERE s.file_in_id = :file AND e.statement_id = s.id AND e.disposition = 'open'",
        file=file_in_id,
    ).rowcount


def reopen(tx: Transaction) -> None:
    """What is examined again has no use until that is over."""
    tx.run(
        "UPDATE entry SET disposition = 'open' WHERE id IN (SELECT entry_id FROM examined)"
        " AND disposition IN ('allocated', 'exception')"
    )


def name(tx: Transaction) -> None:
    """Fill ``named`` for the details of the examined entries.

    ``doubt`` says why the key must not be trusted: it is the key of several payments, or the detail has another key
    that is not this payment's.
    """
    tx.run("DROP TABLE IF EXISTS named")
    tx.run(
        "CREATE TEMPORARY TABLE named (detail_id BIGINT PRIMARY KEY, entry_id BIGINT, payment_id BIGINT, by TEXT,"
        " doubt TEXT)"
    )
    strongest = tx.run(
        "INSERT INTO named SELECT d.id, d.entry_id, p.id, 'end_to_end',"
        f" CASE WHEN {_OTHERS} THEN 'keys_contradict' END"
        " FROM examined x CROSS JOIN detail d CROSS JOIN payment p"
        " WHERE d.entry_id = x.entry_id AND p.end_to_end_id = d.end_to_end_id"
    ).rowcount
    details = tx.value("SELECT count(*) FROM examined x CROSS JOIN detail d WHERE d.entry_id = x.entry_id")
    if strongest < details:
        for key in _NAMES:
            _name_by(tx, key)


def _name_by(tx: Transaction, key: str) -> None:
    """By a weaker key, what no stronger one has named."""
    weaker = _OTHERS if key == "uetr" else "1 = 0"
    tx.run(
        "INSERT INTO named SELECT f.detail_id, min(f.entry_id), min(f.payment_id), :key,"
        " CASE WHEN count(*) > 1 THEN 'key_ambiguous' ELSE max(f.doubt) END FROM ("
        "  SELECT d.id AS detail_id, d.entry_id, p.id AS payment_id,"
        f"  CASE WHEN {_STRONGER_IS_OTHER[key]} OR {weaker} THEN 'keys_contradict' END AS doubt"
        "  FROM examined x CROSS JOIN detail d CROSS JOIN payment p WHERE d.entry_id = x.entry_id"
        f"  AND {_NAMES[key]} AND NOT EXISTS (SELECT 1 FROM named n WHERE n.detail_id = d.id)) f GROUP BY f.detail_id",
        key=key,
    )
