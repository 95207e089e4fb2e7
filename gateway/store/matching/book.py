"""The book of record: what a notification announced as booked must stand in the statement of its day."""

from __future__ import annotations

from gateway.store.store import Transaction, take

_PROVEN = "EXISTS (SELECT 1 FROM file_in i WHERE i.id = {0}.file_in_id AND i.proof <> 'none')"
_COVERING = (
    "c.partner = s.partner AND c.account = s.account AND c.message = :book"
    " AND COALESCE(c.from_date, c.to_date) <= e.booking_date AND e.booking_date <= c.to_date"
    f" AND {_PROVEN.format('c')}"
)
_SCOPES = (
    # what the file itself announces
    "SELECT e.id FROM statement s CROSS JOIN entry e WHERE s.file_in_id = :file AND s.message <> :book"
    " AND e.statement_id = s.id",
    # what was announced for the days of the file's statements
    "SELECT e.id FROM statement b CROSS JOIN statement s CROSS JOIN entry e WHERE b.file_in_id = :file"
    " AND b.message = :book AND s.partner = b.partner AND s.account = b.account AND s.message <> :book"
    " AND e.statement_id = s.id AND e.booking_date BETWEEN COALESCE(b.from_date, b.to_date) AND b.to_date",
    # what is missing so far
    "SELECT x.entry_id FROM exception x JOIN file_in i ON i.id = :file WHERE x.kind = 'missing_in_statement'"
    " AND x.state = 'open' AND x.partner = i.partner",
)
_JUDGED = (
    "SELECT 1 FROM entry e CROSS JOIN statement s WHERE e.id = announced.entry_id AND s.id = e.statement_id AND"
    " e.disposition IN ('allocated', 'exception')"
    f" AND EXISTS (SELECT 1 FROM statement c WHERE {_COVERING}) AND {_PROVEN.format('s')}"
)
"""Whether it is worked with, proven, and of a day that the book of record covers."""
_TOLD = (
    "EXISTS (SELECT 1 FROM entry k CROSS JOIN statement c WHERE c.id = k.statement_id AND c.message = :book"
    f" AND {_PROVEN.format('c')} AND {{same}})"
)


def compare(tx: Transaction, file_in_id: int, book: str) -> list[str]:
    """One exception for every booking that the closed statement of its day does not have; what it has heals (S3).

    Returns the kinds that are new.
    """
    tx.run("DROP TABLE IF EXISTS announced")
    tx.run("CREATE TEMPORARY TABLE announced (entry_id BIGINT PRIMARY KEY, told BOOLEAN)")
    found = tx.run(f"INSERT INTO announced (entry_id) {' UNION '.join(_SCOPES)}", file=file_in_id, book=book)
    if not found.rowcount:
        return []
    tx.run(f"DELETE FROM announced WHERE NOT EXISTS ({_JUDGED})", book=book)
    told = _TOLD.format(same="k.loose = e.loose")
    tx.run(
        "UPDATE announced SET told = q.told"
        f" FROM (SELECT e.id, {told} AS told FROM announced n CROSS JOIN entry e WHERE e.id = n.entry_id) q"
        " WHERE q.id = announced.entry_id",
        book=book,
    )
    _look_by_identity(tx, book)
    tx.run(
        "UPDATE exception SET state = 'resolved', healed_at = :now WHERE kind = 'missing_in_statement'"
        " AND state = 'open' AND entry_id IN (SELECT entry_id FROM announced WHERE told)",
        now=tx.now(),
    )
    return ["missing_in_statement"] if _raise_for(tx, "missing_in_statement") else []


def _look_by_identity(tx: Transaction, book: str) -> None:
    """Entries without the bank's reference are compared as a whole, within the statements of their day."""
    tx.run(
        "UPDATE announced SET told = :yes WHERE entry_id IN (SELECT e.id FROM announced n CROSS JOIN entry e"
        " CROSS JOIN statement s CROSS JOIN statement c JOIN entry k ON k.statement_id = c.id"
        f" AND k.identity = e.identity WHERE e.id = n.entry_id AND e.loose IS NULL AND s.id = e.statement_id"
        f" AND {_COVERING})",
        yes=True,
        book=book,
    )


def _raise_for(tx: Transaction, kind: str) -> int:
    missing = (
        "FROM announced n CROSS JOIN entry e CROSS JOIN statement s WHERE NOT n.told AND e.id = n.entry_id"
        " AND s.id = e.statement_id AND NOT EXISTS (SELECT 1 FROM exception x"
        " WHERE x.kind = :kind AND x.entry_id = e.id AND (x.state = 'open' OR x.healed_at IS NULL))"
    )
    count: int = tx.value(f"SELECT count(*) {missing}", kind=kind)
    if count:
        tx.run(
            "INSERT INTO exception (id, kind, partner, file_in_id, statement_id, entry_id, amount, currency, params,"
            " state, opened_at) SELECT :first - 1 + row_number() OVER (ORDER BY e.id), CAST(:kind AS VARCHAR),"
            f" s.partner, s.file_in_id, s.id, e.id, e.amount, e.currency, '{{}}', 'open', :now {missing}",
            first=take(tx, "exception", count).start,
            now=tx.now(),
            kind=kind,
        )
    return count
