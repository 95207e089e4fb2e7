"""Sums on which it rests whether a batch may go out: limits of a day, and the money of an account (M14)."""

from __future__ import annotations

from typing import Any, Literal

from gateway.store import resolutions
from gateway.store.store import Transaction

_OF_FILE = "file_out f JOIN payment_file l ON l.file_id = f.id AND l.live JOIN payment p ON p.id = l.payment_id"


def queue(tx: Transaction) -> None:
    """One allocation after another to the end of its transaction: none overlooks what the other reserves."""
    if tx.dialect.has_many_workers:
        tx.run("LOCK TABLE funding IN SHARE ROW EXCLUSIVE MODE")


def of_day(tx: Transaction, partner: str, day: str) -> int:
    """What stands in files to a partner for one execution date, in minor units."""
    return int(
        tx.value(
            "SELECT COALESCE(sum(f.amount), 0) FROM file_out f WHERE f.partner = :partner AND f.execution_date = :day"
            " AND f.state <> 'void' AND f.message LIKE 'pain.001%'",
            partner=partner,
            day=day,
        )
    )


def over(tx: Transaction, column: Literal["account_blind", "person_blind"], batch_id: str, day: str, most: int) -> int:
    """How many accounts or persons of a batch would get more than ``most`` on one execution date, from all partners."""
    return int(
        tx.value(
            f"SELECT count(*) FROM (SELECT q.who FROM (SELECT p.{column} AS who, p.amount, 1 AS ours FROM payment p"
            f" WHERE p.batch_id = :batch AND p.state = 'approved' UNION ALL SELECT p.{column}, p.amount, 0"
            f" FROM {_OF_FILE} WHERE f.execution_date = :day AND f.state <> 'void') q"
            " GROUP BY q.who HAVING sum(q.amount) > :most AND max(q.ours) = 1) w",
            batch=batch_id,
            day=day,
            most=most,
        )
    )


def last_balance(tx: Transaction, partner: str, account: str, message: str) -> Any:
    """(day, amount) of the newest closing balance that ties, of the proven book of record; None without one."""
    return tx.run(
        "SELECT s.to_date AS day, s.closing AS amount FROM statement s JOIN file_in i ON i.id = s.file_in_id"
        " WHERE s.partner = :partner AND s.account = :account AND s.message = :message AND i.state = 'processed'"
        " AND i.proof NOT IN ('', 'none') AND s.ties = :yes AND s.closing IS NOT NULL AND s.to_date IS NOT NULL"
        " AND (s.last_page IS NULL OR s.last_page = :yes)"
        " ORDER BY s.to_date DESC, COALESCE(s.sequence, 0) DESC, COALESCE(s.page, 0) DESC, s.id DESC LIMIT 1",
        partner=partner,
        account=account,
        message=message,
        yes=True,
    ).one_or_none()


def bound(tx: Transaction, partner: str, account: str, since: str, earliest: str) -> int:
    """What is in files of an account and not in its balance of the day ``since``: reserved, out, or booked later.

    Files that ended are looked at from the execution date ``earliest`` on.
    """
    return int(
        tx.value(
            f"SELECT COALESCE(sum(p.amount), 0) FROM {_OF_FILE} WHERE f.partner = :partner"
            " AND f.debtor_account = :account AND (f.state NOT IN ('void', 'closed') OR f.execution_date >= :earliest)"
            " AND f.state <> 'void'"
            " AND (p.state IN ('allocated', 'held', 'sent', 'accepted') OR p.debited_at > :since)",
            partner=partner,
            account=account,
            since=since,
            earliest=earliest,
        )
    )


def funded(tx: Transaction, partner: str, account: str, since: str) -> int:
    """Funding that two people confirmed for days after ``since``."""
    return int(
        tx.value(
            "SELECT COALESCE(sum(amount), 0) FROM funding WHERE partner = :partner AND account = :account"
            " AND value_date > :since",
            partner=partner,
            account=account,
            since=since,
        )
    )


def listed(tx: Transaction, limit: int, partner: str | None = None) -> list[Any]:
    """Confirmed funding, newest first."""
    return tx.rows(
        "SELECT n.id, n.partner, n.account, n.reference, n.amount, n.currency, n.value_date, n.confirmed_at,"
        " d.reference AS decision FROM funding n JOIN decision d ON d.id = n.decision_id"
        " WHERE (:partner = '' OR n.partner = :partner) ORDER BY n.id DESC LIMIT :limit",
        partner=partner or "",
        limit=limit,
    )


_OF_BATCH = "kind = 'batch_held' AND params LIKE :batch"


def is_told(tx: Transaction, batch_id: str, why: str) -> bool:
    """Whether it is said already that a batch is held for this reason."""
    found = tx.value(
        f"SELECT 1 FROM exception WHERE {_OF_BATCH} AND state = 'open' AND params LIKE :why",
        batch=f'%"batch": "{batch_id}"%',
        why=f'%"why": "{why}"%',
    )
    return found is not None


def let_go(tx: Transaction, batch_id: str) -> None:
    """Nothing holds the batch any more."""
    resolutions.heal(tx, _OF_BATCH, batch=f'%"batch": "{batch_id}"%')
