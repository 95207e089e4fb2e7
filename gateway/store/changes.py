"""Two months' lists of one payer and programme beside each other. Read only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.store.roster.scope import Roster
from gateway.store.store import Transaction

_LISTED = (
    "payment p JOIN batch b ON b.id = p.batch_id WHERE b.payer = :payer AND b.programme = :programme"
    " AND p.state <> 'cancelled' AND p.predecessor_id IS NULL"
)
"""What the lists of their periods had, whatever became of it; what is paid again counts once, where it was first."""
_REGULAR = f"SELECT p.person_blind, p.id, p.amount FROM {_LISTED} AND p.kind = 'regular' AND b.period ="
_MONTHS = (
    "SELECT q.person_blind, CAST(sum(q.last) AS BIGINT) AS before, CAST(sum(q.this) AS BIGINT) AS now,"
    f" max(q.last_id) AS last_id, max(q.this_id) AS this_id FROM (SELECT l.person_blind, l.amount AS last, 0 AS this,"
    f" l.id AS last_id, NULL AS this_id FROM ({_REGULAR} :last) l UNION ALL SELECT t.person_blind, 0, t.amount, NULL,"
    f" t.id FROM ({_REGULAR} :this) t) q GROUP BY q.person_blind"
)


def changed(tx: Transaction, roster: Roster, last: str, this: str) -> Iterator[Any]:
    """People whose regular amounts differ, each with what roster and registry know, by commune and reference."""
    yield from tx.stream(
        "SELECT m.before, m.now, p.id AS payment_id, p.payment_ref, p.commune_code, p.personal, p.person_blind,"
        " (SELECT min(o.id) FROM payment o WHERE o.programme = :programme AND o.person_blind = p.person_blind"
        "  AND o.holds_key AND o.benefit_month < :last) AS earlier,"
        " (SELECT l.id FROM roster_line l WHERE l.payer = :payer AND l.programme = :programme"
        "  AND l.person_blind = p.person_blind AND l.ended_by IS NULL) AS line_id,"
        " (SELECT min(l.payer) FROM roster_line l WHERE l.payer <> :payer AND l.programme = :programme"
        "  AND l.person_blind = p.person_blind AND l.ended_by IS NULL) AS elsewhere,"
        " (SELECT min(w.code) FROM work_item w WHERE w.person_blind = p.person_blind AND w.state = 'open'"
        "  AND w.blocking AND w.payer = :payer AND w.programme = :programme) AS item,"
        " (SELECT r.result FROM population_result r WHERE r.person_blind = p.person_blind"
        "  ORDER BY r.change_id DESC LIMIT 1) AS registry"
        f" FROM ({_MONTHS} HAVING sum(q.last) <> sum(q.this)) m JOIN payment p ON p.id = COALESCE(m.this_id, m.last_id)"
        f" ORDER BY p.commune_code, p.payment_ref {tx.dialect.binary_order}",
        last=last,
        this=this,
        **roster.named,
    )


def kept(tx: Transaction, roster: Roster, last: str, this: str) -> Any:
    """(last_people, before, this_people, now) of the regular amounts of two months."""
    return tx.run(
        "SELECT count(m.last_id) AS last_people, CAST(COALESCE(sum(m.before), 0) AS BIGINT) AS before,"
        " count(m.this_id) AS this_people, CAST(COALESCE(sum(m.now), 0) AS BIGINT) AS now"
        f" FROM ({_MONTHS}) m",
        last=last,
        this=this,
        **roster.named,
    ).one()


def beside(tx: Transaction, roster: Roster, period: str) -> list[Any]:
    """(kind, people, amount): what a month's lists have besides regular amounts; a successor as ``again``."""
    return tx.rows(
        "SELECT q.kind, count(DISTINCT q.person_blind) AS people, CAST(sum(q.amount) AS BIGINT) AS amount FROM (SELECT"
        " CASE WHEN p.predecessor_id IS NULL THEN p.kind ELSE 'again' END AS kind, p.person_blind, p.amount"
        " FROM payment p JOIN batch b ON b.id = p.batch_id WHERE b.payer = :payer AND b.programme = :programme"
        " AND b.period = :period AND p.state <> 'cancelled') q WHERE q.kind <> 'regular' GROUP BY q.kind"
        " ORDER BY q.kind",
        period=period,
        **roster.named,
    )


def made_at(tx: Transaction, roster: Roster, period: str) -> str | None:
    """When the last list of a month was imported; None without one."""
    found: str | None = tx.value(
        "SELECT max(created_at) FROM batch WHERE payer = :payer AND programme = :programme AND period = :period"
        " AND state NOT IN ('invalid', 'rejected', 'cancelled')",
        period=period,
        **roster.named,
    )
    return found


def version(tx: Transaction, roster: Roster, person_blind: bytes, at: str) -> Any:
    """What the roster had of somebody at a moment, or None."""
    return tx.run(
        "SELECT l.* FROM roster_line l JOIN roster_change c ON c.id = l.made_by LEFT JOIN roster_change e"
        " ON e.id = l.ended_by WHERE l.payer = :payer AND l.programme = :programme AND l.person_blind = :person"
        " AND c.made_at <= :at AND (e.id IS NULL OR e.made_at > :at) ORDER BY l.id DESC LIMIT 1",
        person=person_blind,
        at=at,
        **roster.named,
    ).first()


def rates_known(tx: Transaction, at: str) -> set[int]:
    """Rates that two people had confirmed by a moment."""
    sql = "SELECT r.id FROM rate r JOIN decision d ON d.id = r.decision_id WHERE d.ended_at <= :at"
    return {row.id for row in tx.rows(sql, at=at)}


_OF_PERIOD = (
    "payment p JOIN batch b ON b.id = p.batch_id WHERE b.payer = :payer AND b.programme = :programme"
    " AND b.period = :period AND p.state <> 'cancelled'"
)


def lines(tx: Transaction, roster: Roster, period: str) -> Iterator[Any]:
    """Everything that a month's lists pay, list after list."""
    yield from tx.stream(
        "SELECT p.id, p.payment_ref, p.bank, p.amount, p.kind, p.benefit_month, p.predecessor_id, p.personal"
        f" FROM {_OF_PERIOD} ORDER BY p.batch_id, p.line",
        period=period,
        **roster.named,
    )


def total(tx: Transaction, roster: Roster, period: str, waiting: bool = False) -> tuple[int, int]:
    """(lines, amount) of a month's lists; ``waiting``: of what is in no file yet."""
    only = " AND NOT EXISTS (SELECT 1 FROM payment_file l WHERE l.payment_id = p.id AND l.live)" if waiting else ""
    row = tx.run(
        f"SELECT count(*) AS lines, CAST(COALESCE(sum(p.amount), 0) AS BIGINT) AS amount FROM {_OF_PERIOD}{only}",
        period=period,
        **roster.named,
    ).one()
    return row.lines, row.amount


def unpaid(tx: Transaction, roster: Roster, period: str) -> tuple[int, int]:
    """(lines, amount) of months before that did not arrive, and that nothing has taken the place of."""
    row = tx.run(
        "SELECT count(*) AS lines, CAST(COALESCE(sum(p.amount), 0) AS BIGINT) AS amount FROM payment p"
        " JOIN batch b ON b.id = p.batch_id WHERE b.payer = :payer AND b.programme = :programme AND b.period < :period"
        " AND b.state NOT IN ('rejected', 'cancelled') AND p.state IN ('rejected', 'returned')"
        " AND NOT EXISTS (SELECT 1 FROM payment s WHERE s.predecessor_id = p.id AND s.state <> 'cancelled')",
        period=period,
        **roster.named,
    ).one()
    return row.lines, row.amount
