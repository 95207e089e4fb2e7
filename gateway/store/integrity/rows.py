"""Rows that must agree with each other: states with their history, sums with what they add up, copies with originals.

Each question is one SQL text over all rows that gives where, expected and got.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import starmap

from gateway.domain.states import MOVES
from gateway.store.discrepancy import Discrepancy
from gateway.store.integrity.ground import FOUND_MAX
from gateway.store.matching.benefits import KEYLESS
from gateway.store.moves import SUBJECTS
from gateway.store.store import Transaction

_FIRST = {"payment": "ready"}
"""States in which rows begin without a row of history."""


def discrepancies(tx: Transaction) -> Iterator[Discrepancy]:
    """Every answer to every question."""
    yield from _asked(tx, "state_differs", starmap(_last_states, SUBJECTS.items()))
    yield from _asked(tx, "history_broken", [_HISTORY])
    yield from _asked(tx, "rows_differ", _DIFFERENCES)
    yield from _asked(tx, "bytes_missing", starmap(_without_bytes, _BYTES))
    yield from _asked(tx, "record_differs", starmap(_not_as_recorded, _RECORDED))
    yield from _asked(tx, "rows_missing", starmap(_too_few, _MADE))
    yield from _asked(tx, "counter_set_back", [_COUNTERS])


def _asked(tx: Transaction, code: str, questions: Iterable[str]) -> Iterator[Discrepancy]:
    for sql in questions:
        for row in tx.rows(f"SELECT q.subject, q.expected, q.got FROM ({sql}) q LIMIT {FOUND_MAX}"):
            yield Discrepancy(code, row.subject, _said(row.expected), _said(row.got))


def _said(value: object) -> str:
    return "-" if value is None else str(value)


def _last_states(kind: str, subject: str) -> str:
    """A state is where its history ends."""
    first = _FIRST.get(kind)
    begun = f"'{first}'" if first else "NULL"
    return (
        f"SELECT '{kind} ' || t.{subject} AS subject, COALESCE(h.target, {begun}) AS expected, t.state AS got"
        f" FROM {kind} t LEFT JOIN (SELECT subject, max(id) AS id FROM history WHERE kind = '{kind}' GROUP BY subject)"
        f" l ON l.subject = t.{subject} LEFT JOIN history h ON h.id = l.id"
        f" WHERE COALESCE(h.target, {begun}, '') <> t.state"
    )


_LEGAL = ", ".join(
    f"('{kind}', '{source}', '{target}')"
    for kind, moves in MOVES.items()
    for source, targets in moves.items()
    for target in sorted(targets)
)
_HELD_BY = " OR ".join(
    f"(x.kind = '{kind}' AND EXISTS (SELECT 1 FROM {kind} t WHERE t.{subject} = x.subject))"
    for kind, subject in SUBJECTS.items()
)
_HISTORY = (
    "SELECT 'history ' || CAST(x.id AS TEXT) AS subject, COALESCE(x.previous, x.source) AS expected,"
    " x.source || ' -> ' || x.target AS got FROM (SELECT h.*, lag(h.target) OVER (PARTITION BY h.kind, h.subject"
    " ORDER BY h.id) AS previous FROM history h) x"
    " WHERE (x.previous IS NOT NULL AND x.previous <> x.source)"
    " OR (x.previous IS NULL AND x.source <> '' AND NOT (x.kind = 'payment' AND x.source = 'ready'))"
    f" OR (x.source <> '' AND (x.kind, x.source, x.target) NOT IN (VALUES {_LEGAL}))"
    f" OR NOT ({_HELD_BY})"
)
"""Each move begins where the last one ended, is legal, and is of something that there is (M3)."""

_SUM = "CAST(COALESCE(sum(p.amount), 0) AS BIGINT)"
_DIFFERENCES = (
    # sums of batches and files
    "SELECT 'batch ' || b.id AS subject, CAST(s.payments AS TEXT) || ' = ' || CAST(s.amount AS TEXT) AS expected,"
    " CAST(b.payments AS TEXT) || ' = ' || CAST(b.amount AS TEXT) AS got FROM batch b JOIN"
    f" (SELECT batch_id, count(*) AS payments, {_SUM} AS amount FROM payment p GROUP BY batch_id) s"
    " ON s.batch_id = b.id WHERE s.payments <> b.payments OR s.amount <> b.amount",
    "SELECT 'file_out ' || f.message_id AS subject, CAST(s.payments AS TEXT) || ' = ' || CAST(s.amount AS TEXT)"
    " AS expected, CAST(f.payments AS TEXT) || ' = ' || CAST(f.amount AS TEXT) AS got FROM file_out f JOIN"
    f" (SELECT l.file_id, count(*) AS payments, {_SUM} AS amount FROM payment_file l JOIN payment p"
    "  ON p.id = l.payment_id GROUP BY l.file_id) s ON s.file_id = f.id"
    " WHERE s.payments <> f.payments OR s.amount <> f.amount",
    # a payment and its batch, its file
    "SELECT 'payment ' || p.end_to_end_id AS subject, b.payer || ' ' || b.programme || ' ' || b.currency AS expected,"
    " p.payer || ' ' || p.programme || ' ' || p.currency AS got FROM payment p JOIN batch b ON b.id = p.batch_id"
    " WHERE p.payer <> b.payer OR p.programme <> b.programme OR p.currency <> b.currency",
    "SELECT 'payment_file ' || f.message_id || ' ' || p.end_to_end_id AS subject, p.batch_id || ' ' || p.partner"
    " AS expected, f.batch_id || ' ' || f.partner AS got FROM payment_file l JOIN payment p ON p.id = l.payment_id"
    " JOIN file_out f ON f.id = l.file_id WHERE p.batch_id <> f.batch_id OR p.partner <> f.partner",
    "SELECT 'payment ' || p.end_to_end_id AS subject, 'a file' AS expected, p.state AS got FROM payment p"
    " WHERE p.state IN ('allocated', 'sent', 'accepted', 'settled', 'returned') AND NOT EXISTS (SELECT 1"
    " FROM payment_file l WHERE l.payment_id = p.id AND l.live)",
    "SELECT 'payment ' || p.end_to_end_id AS subject, 'no file' AS expected, p.state AS got FROM payment p"
    " WHERE p.state IN ('ready', 'approved', 'cancelled') AND EXISTS (SELECT 1"
    " FROM payment_file l WHERE l.payment_id = p.id AND l.live)",
    "SELECT 'payment ' || p.end_to_end_id AS subject, p.state AS expected, COALESCE(p.held_from, '-') AS got"
    " FROM payment p WHERE p.state = 'held' AND p.held_from IS NULL",
    "SELECT 'payment ' || p.end_to_end_id AS subject, 'holds its benefit' AS expected, p.state AS got FROM payment p"
    " WHERE NOT p.holds_key AND p.state IN ('ready', 'approved', 'allocated')",
    "SELECT 'payment ' || p.end_to_end_id AS subject, 'frees its benefit' AS expected, p.state AS got FROM payment p"
    " WHERE p.holds_key AND p.state = 'cancelled'",
    "SELECT 'payment ' || p.end_to_end_id AS subject, 'holds its benefit' AS expected, p.state AS got FROM payment p"
    f" WHERE {KEYLESS}",
    # successors
    "SELECT 'payment ' || p.end_to_end_id AS subject, 'a successor' AS expected,"
    " COALESCE(CAST(p.predecessor_id AS TEXT), '-') AS got FROM payment p WHERE (p.predecessor_id IS NOT NULL)"
    " <> EXISTS (SELECT 1 FROM history h WHERE h.kind = 'payment' AND h.subject = p.end_to_end_id AND h.source = '')",
    "SELECT 'payment ' || p.end_to_end_id AS subject, 'a successor of the same benefit' AS expected,"
    " o.end_to_end_id AS got FROM payment p JOIN payment o ON o.id = p.predecessor_id WHERE o.amount <> p.amount"
    " OR o.person_blind <> p.person_blind OR o.benefit_month <> p.benefit_month OR o.id >= p.id",
    "SELECT 'history ' || CAST(h.id AS TEXT) AS subject, 'of ' || o.end_to_end_id AS expected, h.evidence AS got"
    " FROM payment p JOIN payment o ON o.id = p.predecessor_id JOIN history h ON h.kind = 'payment'"
    " AND h.subject = p.end_to_end_id AND h.source = '' WHERE h.evidence NOT LIKE '%of ' || o.end_to_end_id || ' (%'",
    # what came in
    "SELECT 'file_in ' || i.reference AS subject, 'from ' || i.folder || '/' || i.name AS expected,"
    " h.evidence AS got FROM file_in i JOIN history h ON h.kind = 'file_in' AND h.subject = i.reference"
    " AND h.source = '' WHERE i.folder <> '' AND h.evidence <> 'from ' || i.folder || '/' || i.name",
    "SELECT 'file_in ' || i.reference AS subject, i.state AS expected, COALESCE(i.code, '-') AS got FROM file_in i"
    " WHERE (i.state = 'quarantined') <> (i.code IS NOT NULL)",
    "SELECT 'status_report ' || r.message_id AS subject, r.partner || ' processed pain.002' AS expected,"
    " i.partner || ' ' || i.state || ' ' || COALESCE(i.message, '-') AS got FROM status_report r JOIN file_in i"
    " ON i.id = r.file_in_id WHERE i.partner <> r.partner OR i.state <> 'processed'"
    " OR COALESCE(i.message, '') NOT LIKE 'pain.002%'",
    # what is numbered from a beginning on
    "SELECT 'wire_object ' || CAST(w.file_id AS TEXT) AS subject, CAST(count(*) AS TEXT) AS expected,"
    " CAST(max(w.ordinal) + 1 AS TEXT) AS got FROM wire_object w GROUP BY w.file_id"
    " HAVING count(*) <> max(w.ordinal) + 1",
    "SELECT 'attempt ' || CAST(a.file_id AS TEXT) AS subject, CAST(count(*) AS TEXT) AS expected,"
    " CAST(max(a.number) AS TEXT) AS got FROM attempt a GROUP BY a.file_id"
    " HAVING count(*) <> max(a.number) OR min(a.number) <> 1",
    "SELECT 'payment_file ' || CAST(l.file_id AS TEXT) AS subject, CAST(count(*) AS TEXT) AS expected,"
    " CAST(max(l.ordinal) + 1 AS TEXT) AS got FROM payment_file l GROUP BY l.file_id"
    " HAVING count(*) <> max(l.ordinal) + 1",
    # what travelled
    "SELECT 'wire_object ' || f.message_id AS subject, f.name || ' ' || f.sha256 AS expected,"
    " w.name || ' ' || w.sha256 AS got FROM file_out f JOIN wire_object w ON w.file_id = f.id AND w.ordinal = 0"
    " WHERE f.sha256 IS NULL OR w.name <> f.name OR (w.sha256 = f.sha256) <> (w.encrypted_to IS NULL)",
    "SELECT 'file_out ' || f.message_id AS subject, 'bytes' AS expected, f.state AS got FROM file_out f"
    " WHERE (f.state IN ('sealed', 'uploading', 'releasing', 'unknown', 'sent', 'acknowledged', 'rejected', 'closed')"
    " OR f.sha256 IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM wire_object w WHERE w.file_id = f.id)",
    # what is booked
    "SELECT 'allocation ' || CAST(a.id AS TEXT) AS subject, CAST(p.amount AS TEXT) || ' ' || p.currency AS expected,"
    " CAST(a.amount + a.charges AS TEXT) || ' ' || a.currency AS got FROM allocation a JOIN payment p"
    " ON p.id = a.payment_id WHERE a.amount + a.charges <> p.amount OR a.currency <> p.currency",
    "SELECT 'allocation ' || CAST(a.id AS TEXT) AS subject, CAST(d.entry_id AS TEXT) AS expected,"
    " CAST(a.entry_id AS TEXT) AS got FROM allocation a JOIN detail d ON d.id = a.detail_id"
    " WHERE d.entry_id <> a.entry_id",
    "SELECT 'allocation ' || CAST(a.id AS TEXT) AS subject, COALESCE(e.booking_date, e.value_date) AS expected,"
    " a.booked_on AS got FROM allocation a JOIN entry e ON e.id = a.entry_id"
    " WHERE COALESCE(e.booking_date, e.value_date, a.booked_on) <> a.booked_on",
    "SELECT 'entry ' || CAST(e.id AS TEXT) AS subject, 'allocated' AS expected, e.disposition AS got FROM entry e"
    " WHERE e.disposition = 'ignored' AND EXISTS (SELECT 1 FROM allocation a WHERE a.entry_id = e.id)",
    "SELECT 'entry ' || CAST(e.id AS TEXT) AS subject, 'open' AS expected, e.disposition AS got FROM entry e"
    " WHERE e.disposition = 'allocated' AND NOT EXISTS (SELECT 1 FROM allocation a WHERE a.entry_id = e.id)",
    # what needs a person
    "SELECT 'exception ' || CAST(x.id AS TEXT) AS subject, 'open' AS expected, x.state AS got FROM exception x"
    " WHERE (x.state = 'open') <> (x.healed_at IS NULL AND NOT EXISTS (SELECT 1 FROM resolution r"
    " WHERE r.exception_id = x.id))",
    "SELECT 'exception ' || CAST(x.id AS TEXT) AS subject, '' AS expected, x.healed_at AS got FROM exception x"
    " WHERE x.healed_at IS NOT NULL AND EXISTS (SELECT 1 FROM resolution r WHERE r.exception_id = x.id)",
    "SELECT 'exception ' || CAST(x.id AS TEXT) AS subject, CAST(e.statement_id AS TEXT) AS expected,"
    " CAST(x.statement_id AS TEXT) AS got FROM exception x JOIN entry e ON e.id = x.entry_id"
    " WHERE COALESCE(x.statement_id, e.statement_id) <> e.statement_id",
    "SELECT 'exception ' || CAST(x.id AS TEXT) AS subject, CAST(d.entry_id AS TEXT) AS expected,"
    " CAST(x.entry_id AS TEXT) AS got FROM exception x JOIN detail d ON d.id = x.detail_id"
    " WHERE COALESCE(x.entry_id, 0) <> d.entry_id",
    "SELECT 'exception ' || CAST(x.id AS TEXT) AS subject, i.partner AS expected, x.partner AS got FROM exception x"
    " JOIN file_in i ON i.id = x.file_in_id WHERE x.partner <> i.partner",
    "SELECT 'exception ' || CAST(x.id AS TEXT) AS subject, p.partner AS expected, x.partner AS got FROM exception x"
    " JOIN payment p ON p.id = x.payment_id WHERE x.partner <> p.partner",
    "SELECT 'resolution ' || CAST(r.exception_id AS TEXT) AS subject, d.subject || ' ' || d.reason || ' ' ||"
    " COALESCE(d.evidence_name, '-') || ' ' || COALESCE(d.evidence_sha256, '-') || ' ' || COALESCE(d.confirmed_by, '-')"
    " AS expected, CAST(r.exception_id AS TEXT) || ' ' || r.reason || ' ' || COALESCE(r.evidence_name, '-') || ' ' ||"
    " COALESCE(r.evidence_sha256, '-') || ' ' || r.resolved_by AS got FROM resolution r JOIN decision d"
    " ON d.id = r.decision_id WHERE d.subject <> CAST(r.exception_id AS TEXT) OR d.reason <> r.reason"
    " OR COALESCE(d.evidence_name, '') <> COALESCE(r.evidence_name, '')"
    " OR COALESCE(d.confirmed_by, '') <> r.resolved_by"
    " OR COALESCE(d.evidence_sha256, '') <> COALESCE(r.evidence_sha256, '')",
    "SELECT 'decision ' || d.reference AS subject, 'a resolution' AS expected, d.state AS got FROM decision d"
    " WHERE d.verb = 'exception resolve' AND d.state = 'executed' AND NOT EXISTS (SELECT 1 FROM resolution r"
    " WHERE r.decision_id = d.id)",
    "SELECT 'stop ' || CAST(s.id AS TEXT) AS subject, 'lifted by a decision' AS expected,"
    " COALESCE(s.lifted_at, '-') AS got FROM stop s WHERE (s.lifted_at IS NULL) <> (s.decision_id IS NULL)",
    # what programmes pay: numbered without a gap
    "SELECT 'rate' AS subject, CAST(x.rates AS TEXT) AS expected, CAST(x.last AS TEXT) AS got FROM"
    " (SELECT count(*) AS rates, max(id) AS last FROM rate) x WHERE x.rates <> x.last",
    # the roster: a version, an item and a list are of the payer and programme of the act that made them
    *(
        f"SELECT '{table} ' || CAST(t.{number} AS TEXT) AS subject, c.payer || ' ' || c.programme AS expected,"
        f" t.payer || ' ' || t.programme AS got FROM {table} t JOIN roster_change c ON c.id = t.{act}"
        " WHERE t.payer <> c.payer OR t.programme <> c.programme"
        for table, number, act in (
            ("roster_line", "id", "made_by"),
            ("work_item", "id", "opened_by"),
            ("roster_file", "change_id", "change_id"),
        )
    ),
    # people
    "SELECT 'decision ' || d.reference AS subject, o.key_id AS expected, d.proposed_key AS got FROM decision d"
    " JOIN operator o ON o.name = d.proposed_by WHERE o.key_id <> d.proposed_key",
    "SELECT 'decision ' || d.reference AS subject, o.key_id AS expected, d.confirmed_key AS got FROM decision d"
    " JOIN operator o ON o.name = d.confirmed_by WHERE o.key_id <> COALESCE(d.confirmed_key, '')",
    "SELECT 'decision ' || d.reference AS subject, x.state AS expected, d.state AS got FROM decision d LEFT JOIN"
    " (SELECT subject, max(CASE verb WHEN 'decision confirm' THEN 'executed' ELSE 'lapsed' END) AS state FROM audit"
    "  WHERE verb IN ('decision confirm', 'decision lapse', 'decision withdraw') GROUP BY subject) x"
    " ON x.subject = d.reference WHERE COALESCE(x.state, 'proposed') <> d.state"
    " OR (d.state = 'lapsed') <> (d.lapse IS NOT NULL)",
    "SELECT 'operator ' || o.name AS subject, CASE WHEN o.revoked_at IS NULL THEN 'revoked' ELSE '-' END AS expected,"
    " COALESCE(o.revoked_at, '-') AS got FROM operator o WHERE (o.revoked_at IS NOT NULL) <> EXISTS (SELECT 1"
    " FROM audit a WHERE a.verb = 'operator revoke' AND a.subject = o.name)",
    "SELECT 'audit ' || CAST(a.sequence AS TEXT) AS subject, 'no act of ' || a.actor AS expected, a.verb AS got"
    " FROM audit a JOIN audit r ON r.verb = 'operator revoke' AND r.subject = a.actor AND r.sequence < a.sequence",
    "SELECT 'approval ' || a.batch_id || ' ' || a.approver AS subject, 'another than ' || b.maker AS expected,"
    " a.maker AS got FROM approval a JOIN batch b ON b.id = a.batch_id WHERE a.maker <> b.maker"
    " OR a.approver = b.maker",
)

_BYTES = (
    ("file_in", "sha256"),
    ("file_in", "signature_sha256"),
    ("file_out", "sha256"),
    ("wire_object", "sha256"),
    ("batch", "source_sha256"),
    ("decision", "evidence_sha256"),
    ("resolution", "evidence_sha256"),
    ("roster_file", "source_sha256"),
    ("population_answer", "source_sha256"),
    ("account_file", "source_sha256"),
    ("account_answer", "source_sha256"),
)
"""Columns that name stored bytes."""


def _without_bytes(table: str, column: str) -> str:
    return (
        f"SELECT '{table}' AS subject, t.{column} AS expected, '' AS got FROM {table} t WHERE t.{column} IS NOT NULL"
        f" AND NOT EXISTS (SELECT 1 FROM blob b WHERE b.sha256 = t.{column} AND b.part = 0){_PRUNED.get(table, '')}"
    )


_PRUNED = {"batch": " AND NOT (t.state = 'invalid' AND t.source_sha256 IN (SELECT sha256 FROM pruned))"}
"""Rows whose bytes may be gone."""


_RECORDED = (
    ("file_out", "message_id", "'file seal', 'file adopt'", "sha256", "t.sha256 IS NOT NULL"),
    ("file_in", "reference", "'file receive', 'statement import'", "sha256", "1 = 1"),
)
"""Rows whose digest the audit record holds since they were made."""


def _not_as_recorded(table: str, key: str, verbs: str, column: str, where: str) -> str:
    return (
        f"SELECT '{table} ' || t.{key} AS subject, a.rows_sha256 AS expected, t.{column} AS got FROM {table} t"
        f" LEFT JOIN audit a ON a.subject = t.{key} AND a.verb IN ({verbs})"
        f" WHERE {where} AND COALESCE(a.rows_sha256, '') <> t.{column}"
    )


_MADE = (
    ("'batch import'", "batch t", "t.id"),
    ("'batch approve', 'batch release'", "approval t", "t.batch_id"),
    ("'batch report'", "batch_report t", "t.batch_id"),
    ("'operator add'", "operator t", "t.name"),
    ("'stop'", "stop t", "CASE t.scope WHEN 'all' THEN 'all' ELSE t.subject END"),
    ("'decision propose'", "decision t", "t.reference"),
    ("'file allocate', 'file adopt'", "file_out t", "t.message_id"),
    ("'file upload'", "attempt r JOIN file_out t ON t.id = r.file_id", "t.message_id"),
    ("'file receive', 'statement import'", "file_in t", "t.reference"),
    ("'key step'", "key_step t", "t.name"),
    ("'roster import', 'roster settle', 'population answer', 'account findings'", "roster_change t", "t.reference"),
    ("'population request'", "population_request t", "t.reference"),
    ("'population answer'", "population_answer a JOIN roster_change t ON t.id = a.change_id", "t.reference"),
    ("'roster import'", "roster_file f JOIN roster_change t ON t.id = f.change_id", "t.reference"),
    (
        "'account verify', 'account open'",
        "account_request q JOIN account_change t ON t.id = q.change_id",
        "t.reference",
    ),
    (
        "'account answer', 'account opened'",
        "account_answer r JOIN account_change t ON t.id = r.change_id",
        "t.reference",
    ),
    ("'account import'", "account_file f JOIN account_change t ON t.id = f.change_id", "t.reference"),
    ("'exception resolve'", "resolution t", "CAST(t.exception_id AS TEXT)"),
)
"""Acts that make one row each, and where these are, by what the act was about."""


def _too_few(verbs: str, table: str, key: str) -> str:
    return (
        f"SELECT '{table.split()[0]} ' || a.subject AS subject, CAST(a.acts AS TEXT) AS expected,"
        " CAST(COALESCE(m.made, 0) AS TEXT) AS got FROM (SELECT subject, count(*) AS acts FROM audit"
        f" WHERE verb IN ({verbs}) GROUP BY subject) a LEFT JOIN (SELECT {key} AS subject, count(*) AS made"
        f" FROM {table} GROUP BY {key}) m ON m.subject = a.subject WHERE COALESCE(m.made, 0) < a.acts"
    )


_COUNTED = (
    *("account", "account_change"),
    *("allocation", "decision", "detail", "entry", "exception", "file_in", "file_out", "finding", "funding", "history"),
    *("key_step", "payment", "population_request", "problem", "rate", "recall", "recall_answer", "roster_change"),
    *("roster_line", "statement", "status_line", "status_report", "stop", "work_item"),
)
_NUMBERS = (
    *(f"SELECT '{table}' AS name, min(id) AS first, max(id) AS given FROM {table}" for table in _COUNTED),
    "SELECT 'batch', 1, count(*) FROM batch",
    "SELECT 'file_name:' || partner, 1, count(*) FROM file_out GROUP BY partner",
)
_COUNTERS = (
    "SELECT 'sequence ' || m.name AS subject, CAST(m.given + 1 AS TEXT) AS expected, CAST(s.\"next\" AS TEXT) AS got"
    f" FROM ({' UNION ALL '.join(_NUMBERS)}) m LEFT JOIN sequence s ON s.name = m.name"
    ' WHERE (m.given > 0 AND COALESCE(s."next", 0) <= m.given) OR m.first < 1'
)
"""A counter is behind every number that it gave, from 1 on."""
