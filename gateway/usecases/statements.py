"""A camt.052, 053 or 054 becomes rows: statements, balances, entries with their identity, details; all is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO

from formats.errors import Unreadable
from formats.iso20022 import camt
from gateway.domain.errors import Alarm
from gateway.store import bulk, evidence, turns
from gateway.store.store import Transaction, take
from gateway.store.tables import Balance, FileIn, Statement

_PORTION_ENTRIES = 1000
_SUM_MAX = 2**63 - 1
"""What both databases hold."""
_DIGEST_BYTES = 32
_OPENING, _CLOSING, _INTERIM = ("OPBD", "PRCD"), ("CLBD",), ("ITBD",)
"""Kinds of balance that begin and end a statement, in any order; pages are joined by interim ones."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be understood: whose accounts it may speak of, and whether its word counts."""

    accounts: frozenset[str] | None
    """Our accounts at this partner; None for a statement of somebody unknown."""
    proven: bool
    reasons: Mapping[str, str] = field(default_factory=dict)
    """The partner's own reason codes -> ISO codes."""


def record_statements(tx: Transaction, file: FileIn, source: BinaryIO, reading: Reading) -> list[int]:
    """Store every statement of the file; returns their ids. Raises ``Alarm`` for an account that is not ours (T5)."""
    ids = []
    events = (event for event in camt.read(source) if not isinstance(event, camt.Ending))
    for statement, entries in _grouped(events):
        if reading.accounts is not None and statement.account not in reading.accounts:
            raise Alarm("foreign_account", file=file.name)
        ids.append(_Recorder(tx, file, statement, reading).record(entries))
    return ids


def _grouped(
    events: Iterator[camt.Statement | camt.Entry],
) -> Iterator[tuple[camt.Statement, Iterator[camt.Entry]]]:
    """Each statement with the entries that follow it, one after another."""
    following: list[camt.Statement] = []

    def entries() -> Iterator[camt.Entry]:
        for event in events:
            if isinstance(event, camt.Statement):
                following.append(event)
                return
            yield event

    for first in events:
        assert isinstance(first, camt.Statement)
        following.append(first)
        while following:
            own = entries()
            yield following.pop(), own
            for _ in own:
                raise AssertionError("entries left unread")


class _Recorder:
    """One statement on its way into the tables."""

    def __init__(self, tx: Transaction, file: FileIn, statement: camt.Statement, reading: Reading) -> None:
        self._tx, self._file, self._source, self._reading = tx, file, statement, reading
        self._content = 0
        """Sum of the booked entries' identities: the same for the same entries in any order."""
        self._row = self._statement()

    def record(self, entries: Iterator[camt.Entry]) -> int:
        balances = [
            Balance(
                statement_id=0,
                ordinal=0,
                kind=balance.kind or "",
                amount=balance.amount,
                currency=balance.currency,
                date=_iso(balance.date),
            )
            for balance in self._source.balances
        ]
        evidence.add_statement(self._tx, self._row, balances)
        turns.begin(self._tx)
        while portion := _some(entries):
            self._add(portion)
        self._close()
        return self._row.id

    def _statement(self) -> Statement:
        source = self._source
        return Statement(
            id=0,
            file_in_id=self._file.id,
            ordinal=source.ordinal,
            partner=self._file.partner,
            message=source.message,
            version=source.version,
            message_id=source.message_id,
            statement_id=source.statement_id,
            created_at=_plausible(source.created),
            sequence=source.sequence,
            legal_sequence=source.legal_sequence,
            page=source.page,
            last_page=source.last_page,
            account=source.account,
            currency=source.currency or next((each.currency for each in source.balances if each.currency), None),
            from_date=_plausible(source.from_),
            to_date=_plausible(source.to),
            opening=_opening(source),
            closing=_closing(source),
        )

    def _add(self, entries: list[camt.Entry]) -> None:
        """One portion: entries that are worked with already are kept, but ignored."""
        keys = [self._key(entry) for entry in entries]
        identities = [_identity(*pair) for pair in zip(keys, turns.take(self._tx, keys), strict=True)]
        known = self._known(entries, identities)
        first = take(self._tx, "entry", len(entries)).start
        numbered = [(first + index, entry, known[index]) for index, entry in enumerate(entries)]
        rows = (
            self._entry(number, entry, identities[number - first], is_known) for number, entry, is_known in numbered
        )
        bulk.insert(self._tx, "entry", evidence.ENTRY_COLUMNS, rows)
        self._add_details(numbered)
        self._replace_bare(numbered)
        self._row.entries += len(entries)
        self._row.entry_sum += sum(entry.amount or 0 for entry in entries if _booked(entry))
        said = sum(int.from_bytes(each) for each, entry in zip(identities, entries, strict=True) if _booked(entry))
        self._content = (self._content + said) % 2 ** (8 * _DIGEST_BYTES)
        if abs(self._row.entry_sum) > _SUM_MAX:
            raise Unreadable("sum_out_of_range")

    def _known(self, entries: list[camt.Entry], identities: list[bytes]) -> list[bool]:
        """S2: by full identity; what names no payment also by the loose key, as often as it is known elsewhere."""
        known = evidence.known_identities(self._tx, identities)
        bare = {index: key for index, entry in enumerate(entries) if (key := self._bare_key(entry))}
        turn = dict(zip(bare, turns.take(self._tx, list(bare.values())), strict=True))
        elsewhere = evidence.known_loosely(self._tx, self._row.id, bare.values())
        return [
            identity in known or (index in bare and turn[index] <= elsewhere[bare[index]])
            for index, identity in enumerate(identities)
        ]

    def _bare_key(self, entry: camt.Entry) -> bytes | None:
        return None if _says(entry) else self._loose(entry)

    def _replace_bare(self, numbered: list[tuple[int, camt.Entry, bool]]) -> None:
        if not self._reading.proven:
            return
        told = (entry for _, entry, is_known in numbered if _says(entry) and not is_known and _booked(entry))
        evidence.replace_bare(self._tx, self._row.id, filter(None, map(self._loose, told)))

    def _add_details(self, numbered: list[tuple[int, camt.Entry, bool]]) -> None:
        first = take(self._tx, "detail", sum(len(entry.details) for _, entry, _ in numbered)).start
        flat = ((number, entry, detail) for number, entry, _ in numbered for detail in entry.details)
        rows = (self._detail(first + index, *item) for index, item in enumerate(flat))
        bulk.insert(self._tx, "detail", evidence.DETAIL_COLUMNS, rows)

    def _entry(self, number: int, entry: camt.Entry, identity: bytes, known: bool) -> tuple[Any, ...]:
        disposition, reason = self._disposition(entry, known)
        return (
            number,
            self._row.id,
            entry.ordinal,
            identity,
            self._loose(entry),
            entry.amount,
            entry.currency,
            entry.status,
            entry.reversal,
            _plausible(entry.booking_date),
            _plausible(entry.value_date),
            entry.reference,
            entry.servicer_reference,
            entry.bank_code,
            entry.message_id,
            entry.payment_information_id,
            entry.batch_count,
            ",".join(entry.problems),
            disposition,
            reason,
            self._sealed(f"entry:{number}", additional=entry.additional),
        )

    def _disposition(self, entry: camt.Entry, known: bool) -> tuple[str, str | None]:
        """S6: open, or ignored with its reason."""
        if not self._reading.proven:
            return "ignored", "unproven"
        if not _booked(entry):
            return "ignored", "not_booked"
        return ("ignored", "already_known") if known else ("open", None)

    def _detail(self, number: int, entry_id: int, entry: camt.Entry, detail: camt.Detail) -> tuple[Any, ...]:
        only = len(entry.details) == 1
        return (
            number,
            entry_id,
            detail.ordinal,
            entry.amount if only and detail.amount is None else detail.amount,
            detail.currency or entry.currency,
            detail.end_to_end_id,
            detail.instruction_id,
            detail.uetr,
            detail.message_id,
            detail.payment_information_id,
            detail.servicer_reference,
            detail.is_return,
            self._reading.reasons.get(detail.return_reason or "", detail.return_reason),
            detail.reversal or entry.reversal,
            entry.charges if only and detail.charges is None else detail.charges,
            self._sealed(
                f"detail:{number}",
                counterparty=detail.counterparty,
                account=detail.counterparty_account,
                remittance=detail.remittance,
                return_text=detail.return_text,
            ),
        )

    def _sealed(self, context: str, **fields: str | None) -> bytes | None:
        """Personal data of an entry or detail; None where there is none."""
        given = {name: value for name, value in fields.items() if value}
        if not given:
            return None
        return self._tx.vault.seal(json.dumps(given, ensure_ascii=False).encode(), context)

    def _key(self, entry: camt.Entry) -> bytes:
        """The bank's reference, else everything that tells entries apart; the payments named.

        One reference can stand over a whole bulk order, so it alone does not make two entries the same.
        """
        parts = self._common(entry)
        if entry.servicer_reference:
            parts += [entry.servicer_reference, sorted(detail.end_to_end_id or "" for detail in entry.details)]
        else:
            parts += [_iso(entry.value_date), entry.bank_code]
            parts += [(d.end_to_end_id, d.message_id, d.amount, d.servicer_reference) for d in entry.details]
        return hashlib.sha256(repr(parts).encode()).digest()

    def _loose(self, entry: camt.Entry) -> bytes | None:
        if not entry.servicer_reference:
            return None
        return hashlib.sha256(repr([*self._common(entry), entry.servicer_reference]).encode()).digest()

    def _common(self, entry: camt.Entry) -> list[Any]:
        """What two reports of one booking always share."""
        day = _iso(entry.booking_date or entry.value_date)
        return [self._file.partner, self._source.account, day, entry.amount, entry.currency, entry.reversal]

    def _close(self) -> None:
        """S4: opening + booked entries = closing. What that means for the chain, ``usecases.chain`` says."""
        row = self._row
        if row.opening is not None and row.closing is not None:
            row.ties = row.opening + row.entry_sum == row.closing
        row.content = self._content.to_bytes(_DIGEST_BYTES, "big")
        self._tx.session.flush()


def _identity(key: bytes, turn: int) -> bytes:
    """What an entry is told by, with its ordinal among equals."""
    return hashlib.sha256(key + turn.to_bytes(4, "big")).digest()


def _some(entries: Iterator[camt.Entry]) -> list[camt.Entry]:
    return [entry for _, entry in zip(range(_PORTION_ENTRIES), entries, strict=False)]


def _says(entry: camt.Entry) -> bool:
    """Whether a transaction in it has a key, or is a return; else another report may tell the same entry better."""
    return any(
        (d.end_to_end_id or "NOTPROVIDED") != "NOTPROVIDED"
        or any((d.uetr, d.instruction_id, d.message_id, d.payment_information_id, d.is_return))
        for d in entry.details
    )


def _booked(entry: camt.Entry) -> bool:
    """Banks that leave the status out report booked entries only."""
    return entry.status in (None, "BOOK")


def _opening(statement: camt.Statement) -> int | None:
    """The balance at the beginning; on a further page the first interim one."""
    return next(iter(_balances(statement, _OPENING) or _balances(statement, _INTERIM)), None)


def _closing(statement: camt.Statement) -> int | None:
    """The balance at the end; before the last page the interim one behind the opening."""
    ends = _balances(statement, _CLOSING)
    if not ends:
        ends = _balances(statement, _INTERIM)[0 if _balances(statement, _OPENING) else 1 :]
    return ends[-1] if ends else None


def _balances(statement: camt.Statement, kinds: tuple[str, ...]) -> list[int | None]:
    return [each.amount for each in statement.balances if each.kind in kinds]


def _plausible(day: date | None) -> str | None:
    """A day or time that can be reckoned with; year 9999 and the like are left to the raw bytes."""
    return day.isoformat() if day and 1990 <= day.year <= 2100 else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
