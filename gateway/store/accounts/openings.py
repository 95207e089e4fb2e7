"""Accounts that partners are asked to open, in sets; and the accounts that are paid to where a roster has none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gateway.domain.accounts import CERTAIN, DOUBTED
from gateway.store import bulk
from gateway.store.roster.scope import LIVE, Roster
from gateway.store.store import Transaction

STEP = ("change_id", "request_id", "line_id", "outcome", "account_id")
_OUTCOME = (
    "(SELECT s.outcome FROM account_opening_step s WHERE s.request_id = o.change_id AND s.line_id = o.line_id"
    " ORDER BY s.change_id DESC LIMIT 1)"
)
_CERTAIN, _DOUBTED = (", ".join(f"'{each}'" for each in sorted(states)) for states in (CERTAIN, DOUBTED))


def stage(tx: Transaction, payer: str, month: str) -> int:
    """Everybody of a payer who has no account and for whom no request is open or was met; how many these are."""
    tx.run("DROP TABLE IF EXISTS incoming_opening")
    tx.run("CREATE TEMPORARY TABLE incoming_opening AS SELECT id AS line_id, person_blind FROM roster_line WHERE 1 = 0")
    return tx.run(
        "INSERT INTO incoming_opening (line_id, person_blind) SELECT min(l.id), l.person_blind FROM roster_line l"
        " WHERE l.payer = :payer AND l.ended_by IS NULL AND l.account_blind IS NULL"
        " AND (l.until IS NULL OR l.until >= :month)"
        " AND NOT EXISTS (SELECT 1 FROM account a WHERE a.person_blind = l.person_blind)"
        " AND NOT EXISTS (SELECT 1 FROM roster_line h WHERE h.person_blind = l.person_blind AND h.ended_by IS NULL"
        " AND h.account_blind IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM account_opening o"
        f" WHERE o.person_blind = l.person_blind AND COALESCE({_OUTCOME}, '') <> 'rejected')"
        " GROUP BY l.person_blind ORDER BY min(l.id)",
        payer=payer,
        month=month,
    ).rowcount


def staged(tx: Transaction) -> Iterator[Any]:
    """The versions that say who they are."""
    yield from tx.stream(
        "SELECT l.id, l.personal FROM incoming_opening i JOIN roster_line l ON l.id = i.line_id ORDER BY l.id"
    )


def take(tx: Transaction, change_id: int) -> None:
    """Note that a request asks for them."""
    tx.run(
        "INSERT INTO account_opening (change_id, line_id, person_blind) SELECT CAST(:change AS BIGINT), line_id,"
        " person_blind FROM incoming_opening",
        change=change_id,
    )


def one(tx: Transaction, reference: str, line: int) -> Any:
    """One of them with the newest outcome, its account and the request, or None."""
    return tx.run(
        f"SELECT o.change_id, o.line_id, l.personal, c.payer, c.made_at, q.partner, {_OUTCOME} AS outcome,"
        " (SELECT a.account_blind FROM account_opening_step s JOIN account a ON a.id = s.account_id"
        " WHERE s.request_id = o.change_id AND s.line_id = o.line_id) AS account_blind"
        " FROM account_opening o JOIN roster_line l ON l.id = o.line_id JOIN account_change c ON c.id = o.change_id"
        " JOIN account_request q ON q.change_id = o.change_id WHERE c.reference = :r AND o.line_id = :line",
        r=reference,
        line=line,
    ).first()


def add_steps(tx: Transaction, steps: Iterable[Sequence[Any]]) -> None:
    """With values in the order of ``STEP``."""
    bulk.insert(tx, "account_opening_step", STEP, steps)


def spare(tx: Transaction, roster: Roster) -> Iterator[Any]:
    """Accounts of people of whom a roster has none: what a bank opened for us or confirmed, and nothing speaks against.

    ``line``: the version that holds; ``had_other``: an earlier one had another account.
    """
    newest = (
        "(SELECT s.state FROM account_step s WHERE s.account_id = a.id AND s.state NOT IN ({besides})"
        " ORDER BY s.change_id DESC LIMIT 1)"
    )
    result = newest.format(besides="'asked', 'usable', 'unusable'")
    use = "(SELECT s.state FROM account_step s WHERE s.account_id = a.id AND s.state IN ('usable', 'unusable')"
    yield from tx.stream(
        "SELECT l.id AS line, a.id, a.bank, a.personal, a.owner_blind, c.made_at AS told_at, n.made_at AS listed_at,"
        " CASE WHEN EXISTS (SELECT 1 FROM roster_line o WHERE o.person_blind = l.person_blind AND o.payer = l.payer"
        " AND o.programme = l.programme"
        " AND o.ended_by IS NOT NULL AND o.account_blind <> a.account_blind) THEN 1 ELSE 0 END AS had_other"
        " FROM roster_line l JOIN account a ON a.person_blind = l.person_blind"
        " JOIN account_change c ON c.id = a.made_by JOIN roster_change n ON n.id = l.made_by"
        f" WHERE {LIVE} AND l.account_blind IS NULL AND a.origin <> 'roster'"
        f" AND (a.origin = 'opening' OR {result} IN ({_CERTAIN})) AND COALESCE({result}, '') NOT IN ({_DOUBTED})"
        f" AND COALESCE({use} ORDER BY s.change_id DESC LIMIT 1), '') <> 'unusable' ORDER BY l.id, a.id",
        **roster.named,
    )
