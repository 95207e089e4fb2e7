"""The chain of booked statements of an account: what is wrong with it, and whether absence may be believed on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gateway.domain import chains
from gateway.store import chains as rows
from gateway.store.store import Transaction
from gateway.store.tables import FileIn
from gateway.usecases import awaited
from gateway.usecases.context import Context, Partner


def look(context: Context, tx: Transaction, partner: Partner, file: FileIn) -> None:
    """S4, after a file was read: every chain that it belongs to is examined as a whole (S3).

    Beside no other file of the partner: whoever reads one holds its inbox.
    """
    message, daily = partner.profile.book_of_record, partner.profile.statement_by is not None
    for account in rows.accounts(tx, file.id, message):
        found = [
            (currency, finding)
            for currency, sheets in sorted(rows.sheets(tx, partner.code, account, message).items())
            for finding in chains.findings(chains.links(sheets), context.is_working, daily)
        ]
        rows.settle(tx, partner.code, account, found, file.id)
    awaited.tell_late(context, tx, partner)


def gap(context: Context, tx: Transaction, partner: Partner, account: str, first: date, last: date) -> str | None:
    """Why the book of record does not prove every booking from ``first`` to ``last``; None when it does.

    Each statement must tie in itself, each must open with what the one before it closed with, and none may be missing
    between: by its number, else by its working day (S4).
    """
    found = rows.sheets(tx, partner.code, account, partner.profile.book_of_record)
    sheets = found.get(partner.profile.currency) or found.get("", [])
    return chains.gap(chains.links(sheets), context.is_working, first, last)


@dataclass(frozen=True, slots=True)
class Row:
    """One statement of a chain as a person looks at it; amounts in minor units, None while they are not known."""

    currency: str
    statements: tuple[int, ...]
    """Ids of its pages."""
    sequence: int | None
    legal_sequence: int | None
    first: str
    last: str
    pages: int
    missing_pages: str
    opening: int | None
    entry_sum: int
    closing: int | None
    difference: int | None
    wrong: tuple[str, ...]
    """Kinds of what is found at it."""


def rows_of(context: Context, tx: Transaction, partner: Partner, account: str) -> list[Row]:
    """The chains of an account, each in its order."""
    daily = partner.profile.statement_by is not None
    found: list[Row] = []
    for currency, sheets in sorted(rows.sheets(tx, partner.code, account, partner.profile.book_of_record).items()):
        chain = chains.links(sheets)
        wrong = list(chains.findings(chain, context.is_working, daily))
        found += [_row(currency, link, wrong) for link in chain]
    return found


def _row(currency: str, link: chains.Link, wrong: list[chains.Finding]) -> Row:
    ids = tuple(each.id for each in link.sheets)
    return Row(
        currency=currency,
        statements=ids,
        sequence=link.numbers[0],
        legal_sequence=link.numbers[1],
        first=link.first,
        last=link.last,
        pages=len(ids),
        missing_pages=link.missing,
        opening=link.opening,
        entry_sum=link.entry_sum,
        closing=link.closing,
        difference=link.difference,
        wrong=tuple(dict.fromkeys(each.kind for each in wrong if each.statement in ids)),
    )
