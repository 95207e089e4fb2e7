"""Counts for whoever watches: states, alerts, stops. No personal data, no account, no file name."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.store import resolutions
from gateway.store.store import Transaction

Labels = tuple[str, ...]

_COUNTS = {
    "files": (
        "SELECT 'out' AS direction, partner, state, count(*) AS n FROM file_out GROUP BY partner, state"
        " UNION ALL SELECT 'in', partner, state, count(*) FROM file_in GROUP BY partner, state"
    ),
    "files_unknown": (
        "SELECT partner, count(*) AS n FROM file_out WHERE state IN ('releasing', 'unknown') GROUP BY partner"
    ),
    "files_overdue": "SELECT partner, count(*) AS n FROM file_out WHERE overdue AND state = 'sent' GROUP BY partner",
    "exceptions_open": "SELECT kind, count(*) AS n FROM exception WHERE state = 'open' GROUP BY kind",
    "stops_active": "SELECT scope, code, count(*) AS n FROM stop WHERE lifted_at IS NULL GROUP BY scope, code",
    "attempts_repeated": (
        "SELECT f.partner, count(*) AS n FROM attempt a JOIN file_out f ON f.id = a.file_id"
        " WHERE a.number > 1 GROUP BY f.partner"
    ),
    "safe_mode": "SELECT count(*) AS n FROM instance WHERE safe_since IS NOT NULL",
}
"""Name -> labels and a count for each row."""


def counts(tx: Transaction) -> Mapping[str, Mapping[Labels, int]]:
    """Name -> labels -> count; labels that nothing has are left out."""
    found = {name: tx.rows(sql) for name, sql in _COUNTS.items()} | {"exceptions_overdue": resolutions.overdue(tx)}
    return {name: {tuple(row[:-1]): row[-1] for row in rows} for name, rows in found.items()}
