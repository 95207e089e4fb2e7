"""What entries and details of one layout hold and where, worked out once: of the next one it is only looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from formats.iso20022.camt import fields
from formats.iso20022.camt.model import (
    Charge,
    Dates,
    Detail,
    Entry,
    Exchange,
    Parties,
    References,
    Remittance,
    Returned,
)
from formats.iso20022.layout import Layout, Texts
from formats.iso20022.lenient import Lenient
from formats.iso20022.picking import Amount, Content, Form, Pool, Table, part

_SIGNS = {"CRDT": 1, "DBIT": -1, None: None}
_REMEMBERED_MAX = 512


def signed(minor: int | None, direction: int | None) -> int | None:
    return None if minor is None or direction is None else minor * direction


def is_true(text: str | None) -> bool:
    return text in ("true", "1")


class Apart(NamedTuple):
    """A detail that was read by itself, before the entry around it."""

    layout: Layout
    texts: Texts
    raw: bytes | None


class _Direction:
    """CdtDbtInd: +1 credit, -1 debit, None when it is missing, unknown or not alone."""

    def __init__(self, pool: Pool) -> None:
        places = pool.places("CdtDbtInd")
        self._place = places[0] if len(places) == 1 else -1

    def read(self, texts: Texts) -> int | None:
        return _SIGNS.get(texts[self._place])


class _Charges:
    """Chrgs: the records of one, or in the older form every Chrgs is one; else the total alone."""

    def __init__(self, found: Layout, pool: Pool) -> None:
        spans = found.spans.get("Chrgs/Rcrd") or (found.spans["Chrgs"] if pool.places("Chrgs/Amt") else [])
        self._records = [(each, _Charge(each.layout)) for each in map(found.inside, spans)]
        self._total = Amount(pool, fields.CHARGES_TOTAL)
        around = "Chrgs/Rcrd/" if "Chrgs/Rcrd" in found.spans else "Chrgs/" if spans else None
        rest = {path for path in found.paths if path.startswith("Chrgs/") and not (around and path.startswith(around))}
        self._is_known = rest <= {fields.CHARGES_TOTAL} and len(pool.places(fields.CHARGES_TOTAL)) < 2

    def read(self, texts: Texts, lenient: Lenient) -> tuple[int | None, tuple[Charge, ...]]:
        """The sum, and the records."""
        records = tuple([charge.read(each.texts(texts), lenient) for each, charge in self._records])
        known = [record.amount for record in records if record.amount is not None]
        return sum(known) if known else self._total.read(texts, lenient)[0], records

    def holds_all(self, texts: Texts) -> bool:
        return self._is_known and all(charge.held.all_of(each.texts(texts)) for each, charge in self._records)


class _Charge:
    def __init__(self, found: Layout) -> None:
        self._pool = pool = Pool(found)
        self._amount, self._direction = Amount(pool, "Amt"), _Direction(pool)
        self._included = pool.first(fields.CHARGE_READ["is_included"])
        self.held = fields.CHARGE_CONTENT.of(found)
        places = {name: pool.first(paths) for name, paths in fields.CHARGE.items()}
        self._form = Form(Charge, ("amount", "currency", "is_included"), places)

    def read(self, texts: Texts, lenient: Lenient) -> Charge:
        """A charge is deducted unless it says that it is credited."""
        pool = self._pool.fill(texts)
        minor, currency = self._amount.read(pool, lenient)
        amount = signed(minor, -(self._direction.read(pool) or -1))
        return self._form.make(pool, amount, currency, is_true(pool[self._included]))


class _NoCharges:
    def read(self, _texts: Texts, _lenient: Lenient) -> tuple[None, tuple[()]]:
        return None, ()

    def holds_all(self, _texts: Texts) -> bool:
        return True


class _Shape:
    """What entries and details have in common."""

    def __init__(self, found: Layout, table: Table, amounts: Iterable[str], content: Content) -> None:
        self.pool = pool = Pool(found)
        self.places = {name: pool.first(paths) for name, paths in table.items()}
        self.places["charges_total"] = pool.first((fields.CHARGES_TOTAL,))
        self.places["bank_code"] = pool.either(pool.joined(fields.DOMAIN, by="/"), self.places["proprietary_code"])
        self.amount, self.direction = Amount(pool, *amounts), _Direction(pool)
        self.exchange = part(Exchange, fields.EXCHANGE, pool)
        self.charges = _Charges(found, pool) if "Chrgs" in found.spans else _NoCharges()
        self._held = content.of(found)
        self.is_sure = self._held.is_sure and isinstance(self.charges, _NoCharges)

    def holds_all(self, texts: Texts) -> bool:
        """Whether every text is read."""
        return self.is_sure or (self._held.all_of(texts) and self.charges.holds_all(texts))


class DetailShape(_Shape):
    """Of details."""

    _GIVEN = (
        *("ordinal", "amount", "currency", "reversal", "is_return", "counterparty", "counterparty_account"),
        *("charges", "charge_records", "exchange", "references", "parties", "returned", "structured", "dates", "raw"),
    )

    def __init__(self, found: Layout) -> None:
        super().__init__(found, fields.DETAIL, ("Amt", "AmtDtls/TxAmt/Amt"), fields.DETAIL_CONTENT)
        pool = self.pool
        self.is_return = "RtrInf" in found.spans
        self._parts: list[Callable[[Texts], Any]] = [
            self.exchange,
            part(References, fields.REFERENCES, pool),
            part(Parties, fields.PARTIES, pool, fields.ADDRESSES),
            part(Returned, fields.RETURNED, pool),
            part(Remittance, fields.STRUCTURED, pool, fields.STRUCTURED_LISTS),
            part(Dates, fields.DATES, pool),
        ]
        self._across = {
            side: (pool.first(fields.PARTIES[side]), pool.first(fields.PARTIES[f"{side}_account"]))
            for side in ("creditor", "debtor")
        }
        places = {
            **self.places,
            "return_text": pool.joined(fields.RETURN_TEXT),
            "remittance": pool.either(
                pool.joined(fields.REMITTANCE), pool.joined(fields.STRUCTURED["creditor_reference"])
            ),
        }
        self._form = Form(Detail, self._GIVEN, places)

    def read(
        self, texts: Texts, ordinal: int, around: int | None, reversal: bool, lenient: Lenient, raw: bytes | None
    ) -> Detail:
        """``around`` is the direction of the entry."""
        pool = self.pool.fill(texts)
        direction = self.direction.read(pool) or around
        minor, currency = self.amount.read(pool, lenient)
        name, account = self._across[_side(direction, reversal or self.is_return)]
        charges, records = self.charges.read(pool, lenient)
        return self._form.make(
            pool,
            *(ordinal, signed(minor, direction), currency, reversal, self.is_return, pool[name], pool[account]),
            *(charges, records, *[make(pool) for make in self._parts], raw),
        )


def _side(direction: int | None, undoes: bool) -> str:
    """The party across from us: of a debit the creditor; a return or reversal keeps the roles of the original."""
    return "creditor" if (direction == -1) != undoes else "debtor"


class EntryShape(_Shape):
    """Of entries, with the details that are inside of them."""

    _GIVEN = (
        *("statement", "ordinal", "amount", "currency", "reversal", "booking_date", "value_date", "batch_count"),
        *("charges", "charge_records", "exchange", "details", "problems", "raw"),
    )

    def __init__(self, found: Layout) -> None:
        super().__init__(found, fields.ENTRY, ("Amt",), fields.ENTRY_CONTENT)
        spans = [span for path in fields.DETAILS for span in found.spans.get(path, ())]
        inside = [found.inside(span) for span in spans]
        self.details = [(each, detail_shape(each.layout)) for each in inside]
        self._doubtful = [(each, shape) for each, shape in self.details if not shape.is_sure]
        self._read = [self.pool.first(paths) for paths in fields.ENTRY_READ.values()]
        self._has_batches = len([*found.spans.get("NtryDtls/Btch", ()), *found.spans.get("Btch", ())]) > 1
        self._form = Form(Entry, self._GIVEN, self.places)

    def holds_all(self, texts: Texts) -> bool:
        inside = all(shape.holds_all(each.texts(texts)) for each, shape in self._doubtful)
        return inside and super().holds_all(texts)

    def read(self, texts: Texts, statement: int, ordinal: int, apart: list[Apart], raw: bytes | None) -> Entry:
        lenient = Lenient()
        pool = self.pool.fill(texts)
        minor, currency = self.amount.read(pool, lenient)
        direction = self.direction.read(pool)
        if minor is None and not self.amount.is_there(pool):
            lenient.note("amount_missing")
        if direction is None:
            lenient.note("direction_missing")
        if self._has_batches:
            lenient.note("several_batches")
        reversal_text, booked, valued, count = [pool[place] for place in self._read]
        reversal = is_true(reversal_text)
        dates = lenient.day(booked), lenient.day(valued), lenient.number(count)
        charges, records = self.charges.read(pool, lenient)
        details = [
            shape.read(each.texts(texts), number, direction, reversal, lenient, None)
            for number, (each, shape) in enumerate(self.details)
        ]
        details += [
            detail_shape(each.layout).read(each.texts, number, direction, reversal, lenient, each.raw)
            for number, each in enumerate(apart, len(details))
        ]
        return self._form.make(
            pool,
            *(statement, ordinal, signed(minor, direction), currency, reversal, *dates),
            *(charges, records, self.exchange(pool), tuple(details), lenient.problems, raw),
        )


@lru_cache(_REMEMBERED_MAX)
def entry_shape(found: Layout) -> EntryShape:
    return EntryShape(found)


@lru_cache(_REMEMBERED_MAX)
def detail_shape(found: Layout) -> DetailShape:
    return DetailShape(found)
