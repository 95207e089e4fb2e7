"""The chain of booked statements of an account: what is wrong with it, and whether absence may be believed on it."""

from __future__ import annotations

from datetime import date

from gateway.domain import chains
from gateway.store import chains as rows
from gateway.store.store import Transaction
from gateway.store.tables import FileIn
from gateway.usecases.context import Context, Partner


def look(context: Context, tx: Transaction, partner: Partner, file: FileIn) -> None:
    """S4, after a file was read: every chain that it belongs to is examined as a whole (S3).

    Beside no other file of the partner: whoever reads one holds its inbox.
    """
    message = partner.profile.book_of_record
    for account in rows.accounts(tx, file.id, message):
        found = [
            (currency, finding)
            for currency, sheets in sorted(rows.sheets(tx, partner.code, account, message).items())
            for finding in chains.findings(chains.links(sheets), context.is_working, daily=False)
        ]
        rows.settle(tx, partner.code, account, found, file.id)


def gap(context: Context, tx: Transaction, partner: Partner, account: str, first: date, last: date) -> str | None:
    """Why the book of record does not prove every booking from ``first`` to ``last``; None when it does.

    Each statement must tie in itself, each must open with what the one before it closed with, and none may be missing
    between: by its number, else by its working day (S4).
    """
    found = rows.sheets(tx, partner.code, account, partner.profile.book_of_record)
    sheets = found.get(partner.profile.currency) or found.get("", [])
    return chains.gap(chains.links(sheets), context.is_working, first, last)
