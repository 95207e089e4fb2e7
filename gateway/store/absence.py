"""Queries on which absence is believed: whether anything speaks of a file."""

from __future__ import annotations

from gateway.store.store import Transaction
from gateway.store.tables import FileOut

_NAMES_IT = (
    "(SELECT 1 FROM entry e JOIN statement s ON s.id = e.statement_id WHERE s.partner = :partner"
    "   AND (e.message_id = :message OR e.payment_information_id = :block))",
    "(SELECT 1 FROM detail d JOIN entry e ON e.id = d.entry_id JOIN statement s ON s.id = e.statement_id"
    "   WHERE s.partner = :partner AND (d.message_id = :message OR d.payment_information_id = :block))",
    "(SELECT 1 FROM payment_file l JOIN payment p ON p.id = l.payment_id JOIN detail d"
    "   ON d.end_to_end_id = p.end_to_end_id WHERE l.file_id = :file AND l.live)",
    "(SELECT 1 FROM payment_file l JOIN payment p ON p.id = l.payment_id WHERE l.file_id = :file AND l.live"
    "   AND p.uetr IN (SELECT d.uetr FROM detail d WHERE d.uetr IS NOT NULL))",
    "(SELECT 1 FROM payment_file l JOIN payment p ON p.id = l.payment_id WHERE l.file_id = :file AND l.live"
    "   AND 'I' || substr(p.end_to_end_id, 2) IN (SELECT d.instruction_id FROM detail d"
    "   WHERE d.instruction_id IS NOT NULL))",
)
"""Booked or announced: any entry or detail that names the file, or one of its payments."""

_ANSWERS_IT = (
    "(SELECT 1 FROM status_line n JOIN status_report r ON r.id = n.report_id WHERE r.partner = :partner"
    "   AND (n.original_message_id = :message OR n.original_block_id = :block) AND {told})"
)


def is_spoken_of(tx: Transaction, file: FileOut) -> bool:
    """Whether the partner has answered, announced or booked anything of a file: it has it, whatever we know."""
    return _exists(tx, file, [*_NAMES_IT, _ANSWERS_IT.format(told="n.level <> ''")])


_UNEXPLAINED = (
    "(SELECT 1 FROM exception x JOIN statement s ON s.id = x.statement_id WHERE x.partner = :partner"
    "   AND x.state = 'open' AND s.account = :account AND COALESCE(s.to_date, :first) >= :first AND x.kind IN"
    "   ('unknown_debit', 'unexplained_debit', 'sum_entry', 'amount_differs', 'currency_differs',"
    "    'details_differ', 'unreadable_entry', 'keys_contradict', 'key_ambiguous'))"
)
"""A debit of the account that nothing explains, in a statement that ends on or after the day ``first``."""


def is_unexplained(tx: Transaction, file: FileOut, first: str) -> bool:
    """Whether the file's account was debited, since the day ``first``, for something that nothing explains."""
    return _exists(tx, file, [_UNEXPLAINED], first)


def contradicts(tx: Transaction, file: FileOut, first: str) -> bool:
    """Whether anything speaks against the absence of a file: a booking, an accepting word, a word that it came twice,
    or a debit of its account, since the day ``first``, that nothing explains.
    """
    told = "(n.duplicate_class OR n.status <> 'RJCT')"
    return _exists(tx, file, [*_NAMES_IT, _ANSWERS_IT.format(told=told), _UNEXPLAINED], first)


def _exists(tx: Transaction, file: FileOut, conditions: list[str], first: str = "") -> bool:
    params = {"partner": file.partner, "message": file.message_id, "block": file.payment_information_id}
    params |= {"account": file.debtor_account, "first": first}
    wanted = " OR ".join(f"EXISTS {condition}" for condition in conditions)
    used: dict[str, str | int] = {name: value for name, value in params.items() if f":{name}" in wanted}
    if ":file" in wanted:
        used["file"] = file.id
    return tx.value(f"SELECT 1 WHERE {wanted}", **used) is not None
