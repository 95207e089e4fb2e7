"""All that was ever said and booked about the ``touched`` payments, as queries."""

from __future__ import annotations

_ACCEPTING = "('ACTC', 'ACCP', 'ACSP', 'ACSC', 'ACCC', 'ACWC', 'ACWP')"

_SAID = "SELECT t.payment_id, n.status, n.reason, r.created_at, r.message_id, {closeness} AS closeness"
_LIVE_FILE = (
    "touched t CROSS JOIN payment_file l CROSS JOIN file_out f CROSS JOIN status_line n CROSS JOIN status_report r"
    " WHERE l.payment_id = t.payment_id AND l.live AND f.id = l.file_id AND r.id = n.report_id"
    " AND r.partner = f.partner AND NOT n.duplicate_class"
)
"""Written as a chain from ``touched``: without statistics SQLite would begin with the whole history of statuses."""

_STATUSES = (
    f"{_SAID.format(closeness=3)} FROM touched t CROSS JOIN payment p CROSS JOIN status_line n"
    " CROSS JOIN status_report r WHERE p.id = t.payment_id AND n.end_to_end_id = p.end_to_end_id"
    " AND n.level = 'transfer' AND r.id = n.report_id AND r.partner = p.partner AND NOT n.duplicate_class"
    " AND NOT EXISTS (SELECT 1 FROM file_out o JOIN payment_file k ON k.file_id = o.id AND k.payment_id = p.id"
    "   WHERE o.message_id = n.original_message_id AND NOT k.live)"
    f" UNION ALL {_SAID.format(closeness=2)} FROM {_LIVE_FILE} AND n.level = 'block'"
    " AND n.original_block_id = f.payment_information_id"
    f" UNION ALL {_SAID.format(closeness=1)} FROM {_LIVE_FILE} AND n.level = 'group'"
    " AND n.original_message_id = f.message_id"
    " UNION ALL SELECT t.payment_id, 'RJCT', NULL, '0001-01-01', '', 1 FROM touched t CROSS JOIN payment_file l"
    " CROSS JOIN verdict v WHERE l.payment_id = t.payment_id AND l.live AND v.file_id = l.file_id"
    " AND v.verdict = 'absent'"
    " AND v.decision_id = (SELECT max(w.decision_id) FROM verdict w WHERE w.file_id = v.file_id)"
)
"""Every status said about a touched payment in its live file, at three levels; PART, PDNG and the like say nothing.

That the file never arrived, as two people decided on the partner's word, counts as a rejection of the whole file, at
the beginning of time: every accepting word contradicts it, whenever it was written.
"""

DECISIVE = (
    "SELECT u.* FROM (SELECT s.*, max(s.closeness) OVER (PARTITION BY s.payment_id, s.created_at, s.message_id)"
    f" AS closest FROM ({_STATUSES}) s WHERE s.status = 'RJCT' OR s.status IN {_ACCEPTING}) u"
    " WHERE u.closeness = u.closest"
)
"""Of one message the closest level counts: a transfer's own status before its block's and its group's."""

WORD = (
    "SELECT s.payment_id, min(CASE WHEN s.status = 'RJCT' THEN s.created_at END) AS rejected_at,"
    f" max(CASE WHEN s.status IN {_ACCEPTING} THEN s.created_at END) AS accepted_at,"
    f" max(CASE WHEN s.status = 'RJCT' THEN s.reason END) AS reason FROM ({DECISIVE}) s GROUP BY s.payment_id"
)
"""A rejection decides; an accepting word later than the first one contradicts it. By the times inside, not arrival."""

BOOKED = (
    "SELECT t.payment_id, sum(CASE a.kind WHEN 'debit' THEN 1 ELSE 0 END) AS debits,"
    " sum(CASE a.kind WHEN 'reversal' THEN 1 ELSE 0 END) AS reversals,"
    " sum(CASE a.kind WHEN 'return' THEN 1 WHEN 'return_reversal' THEN -1 ELSE 0 END) AS returns,"
    " sum(CASE a.kind WHEN 'return_reversal' THEN 1 ELSE 0 END) AS undone,"
    " max(CASE a.kind WHEN 'debit' THEN a.booked_on END) AS debited_at,"
    " max(CASE a.kind WHEN 'return' THEN d.return_reason END) AS return_reason,"
    " max(CASE a.kind WHEN 'return' THEN a.charges END) AS charges"
    " FROM touched t CROSS JOIN allocation a LEFT JOIN detail d ON d.id = a.detail_id"
    " WHERE a.payment_id = t.payment_id GROUP BY t.payment_id"
)
