"""What banks are asked of accounts and what they answer, in sets."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from gateway.domain.accounts import CERTAIN, DOUBTED, DOUBTS, USE
from gateway.domain.errors import NotFound
from gateway.store import bulk
from gateway.store.accounts.register import SAME
from gateway.store.roster.scope import LIVE, Roster
from gateway.store.roster.staging import ITEM_COLUMNS
from gateway.store.store import Transaction
from gateway.store.tables import AccountAnswer, AccountRequest

ANSWERED = ("row", "account_id", "content_blind", "personal")
STEP = ("change_id", "account_id", "state", "personal")
_ITEMS = ", ".join(f'"{name}"' for name in ITEM_COLUMNS)


def _listed(values: Iterable[str]) -> str:
    """Words of ours as an SQL list."""
    return ", ".join(f"'{value}'" for value in sorted(values))


_USE, _CERTAIN, _DOUBTED, _CODES = map(_listed, (USE, CERTAIN, DOUBTED, DOUBTS))
_RESULT = (
    f"(SELECT s.state FROM account_step s WHERE s.account_id = a.id AND s.state NOT IN ('asked', {_USE})"
    " ORDER BY s.change_id DESC LIMIT 1)"
)
"""What a bank said last of account ``a``."""


def banks(tx: Transaction, payer: str) -> list[str]:
    """NAPAS BINs of the accounts that the payer's people have."""
    rows = tx.rows(
        "SELECT bank FROM roster_line WHERE payer = :payer AND ended_by IS NULL AND bank <> ''"
        " UNION SELECT bank FROM account ORDER BY 1",
        payer=payer,
    )
    return [row.bank for row in rows]


def paid_to(tx: Transaction, payer: str, month: str, at: Collection[str]) -> Iterator[Any]:
    """The payer's versions that hold, with an account at one of these banks, not ended before a month."""
    names = {f"b{index}": bank for index, bank in enumerate(sorted(at))}
    yield from tx.stream(
        "SELECT l.id, l.bank, l.personal FROM roster_line l WHERE l.payer = :payer AND l.ended_by IS NULL"
        f" AND (l.until IS NULL OR l.until >= :month) AND l.bank IN ({', '.join(f':{name}' for name in names)})"
        " ORDER BY l.id",
        payer=payer,
        month=month,
        **names,
    )


def ask(tx: Transaction, change_id: int, payer: str, at: Collection[str]) -> int:
    """Note that a request asks about everything staged and about what lists told of the payer's people.

    Not about what the bank has confirmed. Returns how many accounts these are.
    """
    names = {f"b{index}": bank for index, bank in enumerate(sorted(at))}
    mine = (
        "SELECT 1 FROM roster_line l WHERE l.payer = :payer AND l.ended_by IS NULL AND l.person_blind = a.person_blind"
    )
    staged = (
        "SELECT 1 FROM incoming_account i WHERE i.person_blind = a.person_blind AND i.account_blind = a.account_blind"
    )
    return tx.run(
        "INSERT INTO account_step (change_id, account_id, state) SELECT CAST(:change AS BIGINT), a.id, 'asked'"
        f" FROM account a WHERE a.bank IN ({', '.join(f':{name}' for name in names)})"
        f" AND COALESCE({_RESULT}, '') NOT IN ({_CERTAIN}) AND (EXISTS (SELECT 1 FROM incoming_account i WHERE {SAME})"
        f" OR (a.origin <> 'roster' AND EXISTS ({mine}) AND NOT EXISTS ({staged}))) ORDER BY a.id",
        change=change_id,
        payer=payer,
        **names,
    ).rowcount


def asked(tx: Transaction, change_id: int) -> Iterator[Any]:
    """The accounts that a request asks about, in their order."""
    yield from tx.stream(
        "SELECT a.id, a.bank, a.personal FROM account_step s JOIN account a ON a.id = s.account_id"
        " WHERE s.change_id = :change AND s.state = 'asked' ORDER BY a.id",
        change=change_id,
    )


def add(tx: Transaction, made: AccountRequest | AccountAnswer) -> None:
    tx.session.add(made)
    tx.session.flush()


def request(tx: Transaction, reference: str) -> Any:
    """The request with the fields of its act."""
    found = tx.run(
        "SELECT q.*, c.reference, c.payer, c.made_at FROM account_request q JOIN account_change c"
        " ON c.id = q.change_id WHERE c.reference = :r",
        r=reference,
    ).one_or_none()
    if found is None:
        raise NotFound("account_request_unknown", request=reference)
    return found


def newest_answer(tx: Transaction, payer: str, partner: str) -> Any:
    """The last answer of a partner to a payer about whose accounts are, with its reference, or None."""
    return tx.run(
        "SELECT r.*, c.reference FROM account_answer r JOIN account_change c ON c.id = r.change_id"
        " JOIN account_request q ON q.change_id = r.request_id WHERE c.payer = :payer AND q.partner = :partner"
        " AND NOT EXISTS (SELECT 1 FROM account_opening o WHERE o.change_id = q.change_id)"
        " ORDER BY r.change_id DESC LIMIT 1",
        payer=payer,
        partner=partner,
    ).first()


def open_staging(tx: Transaction) -> None:
    """A scratch table for the rows of one answer; gone with the connection."""
    tx.run("DROP TABLE IF EXISTS incoming_account_answer")
    tx.run(
        'CREATE TEMPORARY TABLE incoming_account_answer AS SELECT "row", id AS account_id,'
        " subject_blind AS content_blind, personal FROM work_item WHERE 1 = 0"
    )


def stage(tx: Transaction, rows: Iterable[Sequence[Any]]) -> int:
    count = bulk.insert(tx, "incoming_account_answer", ANSWERED, rows)
    tx.run("CREATE INDEX ix_incoming_account_answer_id ON incoming_account_answer (account_id)")
    return count


def rows_digest(tx: Transaction) -> bytes:
    """SHA-256 over the content of every row, sorted."""
    sha256 = hashlib.sha256()
    for row in tx.stream("SELECT content_blind FROM incoming_account_answer ORDER BY content_blind"):
        sha256.update(bytes(row.content_blind))
    return sha256.digest()


def answered_twice(tx: Transaction) -> Any:
    """Two rows about one account, or None."""
    return tx.run(
        'SELECT min("row") AS first, max("row") AS other FROM incoming_account_answer GROUP BY account_id'
        " HAVING count(*) > 1 ORDER BY 1 LIMIT 1"
    ).first()


def not_asked(tx: Transaction, change_id: int) -> int | None:
    """The first row about an account that the request does not ask about."""
    found: int | None = tx.value(
        'SELECT min(i."row") FROM incoming_account_answer i WHERE NOT EXISTS (SELECT 1 FROM account_step s'
        " WHERE s.change_id = :change AND s.account_id = i.account_id AND s.state = 'asked')",
        change=change_id,
    )
    return found


def answered(tx: Transaction) -> Iterator[Any]:
    """Staged rows beside the accounts that they are about."""
    yield from tx.stream(
        'SELECT i."row", i.account_id, i.personal AS got, a.personal FROM incoming_account_answer i'
        ' JOIN account a ON a.id = i.account_id ORDER BY i."row"'
    )


def add_steps(tx: Transaction, steps: Iterable[Sequence[Any]]) -> None:
    """With values in the order of ``STEP``."""
    bulk.insert(tx, "account_step", STEP, steps)


def results(tx: Transaction, change_id: int) -> dict[str, int]:
    """What an act says, and of how many accounts."""
    rows = tx.rows(
        "SELECT state, count(*) AS accounts FROM account_step WHERE change_id = :c GROUP BY state ORDER BY state",
        c=change_id,
    )
    return {row.state: row.accounts for row in rows}


def rosters(tx: Transaction, change_id: int) -> list[Roster]:
    """Those that pay to accounts of which an act said something."""
    rows = tx.rows(
        "SELECT DISTINCT l.payer, l.programme FROM account_step s JOIN account a ON a.id = s.account_id"
        " JOIN roster_line l ON l.person_blind = a.person_blind AND l.account_blind = a.account_blind"
        " AND l.ended_by IS NULL WHERE s.change_id = :change ORDER BY l.payer, l.programme",
        change=change_id,
    )
    return [Roster(row.payer, row.programme) for row in rows]


def doubted(tx: Transaction, roster: Roster) -> list[Any]:
    """Versions that hold whose account a bank doubts, by what it said last of the number."""
    later = (
        "SELECT 1 FROM account b JOIN account_step n ON n.account_id = b.id WHERE b.person_blind = a.person_blind"
        f" AND b.account_blind = a.account_blind AND n.state NOT IN ('asked', {_USE}) AND n.change_id > s.change_id"
    )
    return tx.rows(
        'SELECT l.id AS line_id, l.sheet, l."row", l.person_blind, l.account_blind, l.personal AS said, s.state,'
        " s.change_id, s.account_id, s.personal AS told FROM account_step s JOIN account a ON a.id = s.account_id"
        f" JOIN roster_line l ON l.person_blind = a.person_blind AND l.account_blind = a.account_blind AND {LIVE}"
        f" WHERE s.state IN ({_DOUBTED}) AND NOT EXISTS ({later}) ORDER BY l.id, s.account_id",
        **roster.named,
    )


def open_items(tx: Transaction) -> None:
    tx.run("DROP TABLE IF EXISTS incoming_item")
    tx.run("CREATE TEMPORARY TABLE incoming_item AS SELECT * FROM work_item WHERE 1 = 0")


def take_items(tx: Transaction, roster: Roster, change_id: int) -> None:
    """Open what is new, end what no bank doubts any more or what is not paid to any more."""
    scope = "w.payer = :payer AND w.programme = :programme"
    tx.run("DELETE FROM incoming_item WHERE id NOT IN (SELECT min(id) FROM incoming_item GROUP BY subject_blind)")
    tx.run(
        "UPDATE work_item SET state = 'gone', ended_by = :change WHERE id IN (SELECT w.id FROM work_item w"
        f" WHERE {scope} AND w.state = 'open' AND w.code IN ({_CODES}) AND NOT EXISTS"
        " (SELECT 1 FROM incoming_item i WHERE i.subject_blind = w.subject_blind))",
        change=change_id,
        **roster.named,
    )
    tx.run(
        f"INSERT INTO work_item ({_ITEMS}) SELECT {_ITEMS} FROM incoming_item i WHERE NOT EXISTS (SELECT 1"
        f" FROM work_item w WHERE {scope} AND w.subject_blind = i.subject_blind AND w.state IN ('open', 'accepted'))",
        **roster.named,
    )
