"""Sum entries: one booking for all payments of a file, told apart by nothing but our message or block id.

It settles them when its amount is the sum of all lines, or of all but those that were rejected by then (and a reversal
undoes them alike). What was rejected is told by the times inside the messages, never by arrival, so that a sum is
looked at again with every report about its file (S3).
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.store.matching.allocations import BOOKED_ON, RELEASED, quoted
from gateway.store.matching.words import WORD
from gateway.store.store import Transaction, take

_NO_KEY = (
    "d.uetr IS NULL AND d.instruction_id IS NULL AND COALESCE(d.end_to_end_id, 'NOTPROVIDED') = 'NOTPROVIDED'"
    " AND NOT d.is_return"
)
_BARE = (
    "SELECT e.id AS entry_id, s.partner, COALESCE(e.message_id, d.message_id) AS message_id,"
    " COALESCE(e.payment_information_id, d.payment_information_id) AS payment_information_id"
    " FROM examined x CROSS JOIN entry e CROSS JOIN statement s LEFT JOIN detail d ON d.entry_id = e.id"
    f" WHERE e.id = x.entry_id AND s.id = e.statement_id AND e.disposition = 'open' AND (d.id IS NULL OR ({_NO_KEY}))"
)
_FOUND = " UNION ALL ".join(
    f"SELECT b.entry_id, f.id AS file_id, '{key}' AS by FROM bare b CROSS JOIN file_out f"
    f" WHERE f.partner = b.partner AND f.{name} = b.{name}"
    for key, name in (("message", "message_id"), ("block", "payment_information_id"))
)


def recognise(tx: Transaction) -> None:
    """Remember the examined entries without details, or with one that has no key of its own, that name a file.

    One that names two files is in doubt and settles neither.
    """
    tx.run(
        f"INSERT INTO sum_entry (entry_id, file_id, by, doubt) WITH bare AS MATERIALIZED ({_BARE})"
        " SELECT q.entry_id, min(q.file_id), max(q.by),"
        " CASE WHEN min(q.file_id) <> max(q.file_id) THEN 'keys_contradict' END"
        f" FROM ({_FOUND}) q WHERE NOT EXISTS (SELECT 1 FROM sum_entry k WHERE k.entry_id = q.entry_id)"
        " AND NOT EXISTS (SELECT 1 FROM detail d WHERE d.entry_id = q.entry_id LIMIT 1 OFFSET 1) GROUP BY q.entry_id"
    )


def recall(tx: Transaction, file_in_id: int) -> None:
    """Sums of the files that a status report speaks of are examined again."""
    tx.run(
        "INSERT INTO examined SELECT k.entry_id FROM sum_entry k JOIN entry e ON e.id = k.entry_id"
        " WHERE e.disposition IN ('allocated', 'exception') AND k.file_id IN ("
        "  SELECT f.id FROM status_report r JOIN status_line n ON n.report_id = r.id JOIN file_out f"
        "   ON f.partner = r.partner AND f.message_id = n.original_message_id WHERE r.file_in_id = :file"
        "  UNION SELECT f.id FROM status_report r JOIN status_line n ON n.report_id = r.id JOIN file_out f"
        "   ON f.partner = r.partner AND f.payment_information_id = n.original_block_id WHERE r.file_in_id = :file"
        "  UNION SELECT l.file_id FROM status_report r JOIN status_line n ON n.report_id = r.id JOIN payment p"
        "   ON p.partner = r.partner AND p.end_to_end_id = n.end_to_end_id JOIN payment_file l ON l.payment_id = p.id"
        "   AND l.live WHERE r.file_in_id = :file)"
        " AND k.entry_id NOT IN (SELECT entry_id FROM examined)",
        file=file_in_id,
    )


_SCRATCH = {
    "fitting": "entry_id BIGINT PRIMARY KEY, file_id BIGINT, kind TEXT, since TEXT",
    "moved": "payment_id BIGINT",
}
_KIND = (
    "CASE WHEN e.amount < 0 AND NOT e.reversal THEN 'debit'"
    " WHEN e.amount > 0 AND e.reversal AND COALESCE(e.bank_code, '') NOT IN ({return_codes}) THEN 'reversal' END"
)
_LINES = (
    "SELECT l.file_id, p.id AS payment_id, p.amount, w.rejected_at FROM touched t CROSS JOIN payment p"
    f" CROSS JOIN payment_file l LEFT JOIN ({WORD}) w ON w.payment_id = p.id"
    f" WHERE p.id = t.payment_id AND l.payment_id = p.id AND l.live AND p.state IN {RELEASED}"
)
_REFUSALS = (
    "SELECT q.file_id, q.rejected_at AS since,"
    " CAST(sum(q.amount) OVER (PARTITION BY q.file_id ORDER BY q.rejected_at) AS BIGINT) AS refused"
    " FROM (SELECT file_id, rejected_at, sum(amount) AS amount FROM file_line WHERE rejected_at IS NOT NULL"
    "  GROUP BY file_id, rejected_at) q"
)
"""What was refused of a file up to each moment at which something was."""


def allocate(tx: Transaction, return_codes: Sequence[str], less_rejected: bool) -> None:
    """Give every examined sum to its lines, or take it from them where it does not fit any more.

    Fills ``fitting`` with the entries that fit, and ``moved`` with the payments that got or lost a part.
    """
    for table, columns in _SCRATCH.items():
        tx.run(f"DROP TABLE IF EXISTS {table}")
        tx.run(f"CREATE TEMPORARY TABLE {table} ({columns})")
    if not tx.value("SELECT count(*) FROM examined x CROSS JOIN sum_entry k WHERE k.entry_id = x.entry_id"):
        return
    _gather(tx)
    _fit(tx, _KIND.format(return_codes=quoted(return_codes)), less_rejected)
    _take_away(tx)
    _give(tx)


def _gather(tx: Transaction) -> None:
    """All lines of the files in question, each with the time of its first rejection."""
    tx.run("DROP TABLE IF EXISTS touched")
    tx.run("CREATE TEMPORARY TABLE touched (payment_id BIGINT PRIMARY KEY)")
    tx.run(
        "INSERT INTO touched SELECT DISTINCT l.payment_id FROM examined x CROSS JOIN sum_entry k CROSS JOIN"
        " payment_file l WHERE k.entry_id = x.entry_id AND l.file_id = k.file_id AND l.live"
    )
    tx.run("DROP TABLE IF EXISTS file_line")
    tx.run(f"CREATE TEMPORARY TABLE file_line AS {_LINES}")
    tx.run("CREATE INDEX ix_file_line ON file_line (file_id)")


def _fit(tx: Transaction, kind: str, less_rejected: bool) -> None:
    """The sums that fit: ``since`` is the last rejection that the partner had left out by then, if any."""
    totals = "SELECT file_id, CAST(sum(amount) AS BIGINT) AS amount FROM file_line GROUP BY file_id"
    fits = {"NULL": ("", "0")}
    if less_rejected:
        fits["c.since"] = (f" JOIN ({_REFUSALS}) c ON c.file_id = t.file_id", "c.refused")
    for since, (joined, refused) in fits.items():
        tx.run(
            f"INSERT INTO fitting SELECT q.* FROM (SELECT e.id, t.file_id, {kind} AS kind, {since} AS since"
            f" FROM examined x JOIN sum_entry k ON k.entry_id = x.entry_id JOIN entry e ON e.id = k.entry_id"
            f" JOIN file_out f ON f.id = k.file_id JOIN ({totals}) t ON t.file_id = f.id{joined}"
            " WHERE k.doubt IS NULL AND e.problems = '' AND e.currency = f.currency"
            f" AND abs(e.amount) = t.amount - {refused}) q"
            " WHERE q.kind IS NOT NULL AND q.id NOT IN (SELECT entry_id FROM fitting)"
        )


_PARTS = (
    "SELECT i.entry_id, i.kind, g.payment_id, g.amount FROM fitting i CROSS JOIN file_line g"
    " WHERE g.file_id = i.file_id AND (i.since IS NULL OR g.rejected_at IS NULL OR g.rejected_at > i.since)"
)


def _take_away(tx: Transaction) -> None:
    """Parts of examined sums that are not theirs by what is known now."""
    gone = (
        "by IN ('message', 'block') AND entry_id IN (SELECT entry_id FROM examined) AND NOT EXISTS"
        f" (SELECT 1 FROM ({_PARTS}) q WHERE q.entry_id = allocation.entry_id"
        " AND q.payment_id = allocation.payment_id)"
    )
    tx.run(f"INSERT INTO moved SELECT payment_id FROM allocation WHERE {gone}")
    tx.run(f"DELETE FROM allocation WHERE {gone}")


def _give(tx: Transaction) -> None:
    new = (
        f"FROM ({_PARTS}) q CROSS JOIN entry e CROSS JOIN statement s CROSS JOIN sum_entry k"
        " WHERE e.id = q.entry_id AND s.id = e.statement_id AND k.entry_id = e.id AND NOT EXISTS (SELECT 1 FROM"
        " allocation a WHERE a.detail_id IS NULL AND a.entry_id = q.entry_id AND a.payment_id = q.payment_id)"
    )
    count = tx.run(f"INSERT INTO moved SELECT q.payment_id {new}").rowcount
    if count:
        tx.run(
            "INSERT INTO allocation (id, entry_id, payment_id, kind, by, amount, charges, currency, booked_on,"
            " made_at)"
            " SELECT :first - 1 + row_number() OVER (ORDER BY q.entry_id, q.payment_id), q.entry_id, q.payment_id,"
            f" q.kind, k.by, q.amount, 0, e.currency, {BOOKED_ON}, CAST(:now AS TEXT) {new}",
            first=take(tx, "allocation", count).start,
            now=tx.now(),
            today=tx.now()[:10],
        )
