"""What transfer statuses of one layout hold and where, worked out once: of the next one it is only looked up."""

from __future__ import annotations

from functools import lru_cache

from formats.iso20022.layout import Layout, Texts
from formats.iso20022.lenient import Lenient
from formats.iso20022.pain002 import fields
from formats.iso20022.pain002.model import Charge, Original, Reason, TransferStatus
from formats.iso20022.picking import Amount, Form, Pool, Table, part


def _places(pool: Pool, table: Table) -> dict[str, int]:
    return {name: pool.first(paths) for name, paths in table.items()}


class _ReasonShape:
    def __init__(self, found: Layout) -> None:
        self._pool = pool = Pool(found)
        self._texts = pool.places("AddtlInf")
        self.held = fields.REASON_CONTENT.of(found)
        self._form = Form(Reason, ("texts",), _places(pool, fields.REASON))

    def read(self, texts: Texts) -> Reason:
        sentences = tuple([text for place in self._texts if (text := texts[place])])
        return self._form.make(self._pool.fill(texts), sentences)


class _ChargeShape:
    def __init__(self, found: Layout) -> None:
        self._pool = pool = Pool(found)
        self._amount = Amount(pool, "Amt")
        self.held = fields.CHARGE_CONTENT.of(found)
        self._form = Form(Charge, ("amount", "currency"), _places(pool, fields.CHARGE))

    def read(self, texts: Texts, lenient: Lenient) -> Charge:
        pool = self._pool.fill(texts)
        return self._form.make(pool, *self._amount.read(pool, lenient))


class TransferShape:
    """Of TxInfAndSts."""

    _GIVEN = (
        *("original_message_id", "original_payment_information_id", "reasons", "amount", "currency", "problems"),
        *("accepted", "settled", "charges", "original", "raw"),
    )

    def __init__(self, found: Layout) -> None:
        self._pool = pool = Pool(found)
        self._amount = Amount(pool, fields.INSTRUCTED)
        reasons, charges = (map(found.inside, found.spans.get(name, ())) for name in ("StsRsnInf", "ChrgsInf"))
        self._reasons = [(each, _ReasonShape(each.layout)) for each in reasons]
        self._charges = [(each, _ChargeShape(each.layout)) for each in charges]
        self._read = [pool.first(paths) for paths in fields.TRANSFER_READ.values()]
        self._original = part(Original, fields.ORIGINAL, pool, fields.ORIGINAL_LISTS)
        self._held = fields.TRANSFER_CONTENT.of(found)
        self._inside = [(each, reason.held) for each, reason in self._reasons]
        self._inside += [(each, charge.held) for each, charge in self._charges]
        creditor = {name: pool.first(fields.ORIGINAL[name]) for name in ("creditor", "creditor_account")}
        remittance = {"remittance": pool.joined(fields.ORIGINAL_LISTS["remittance"])}
        self._form = Form(TransferStatus, self._GIVEN, _places(pool, fields.TRANSFER) | creditor | remittance)

    def holds_all(self, texts: Texts) -> bool:
        """Whether every text is read."""
        return self._held.all_of(texts) and all(held.all_of(each.texts(texts)) for each, held in self._inside)

    def read(self, texts: Texts, message_id: str | None, block_id: str | None, raw: bytes | None) -> TransferStatus:
        """``message_id`` and ``block_id`` of the original are those of what stands around it."""
        lenient = Lenient()
        pool = self._pool.fill(texts)
        own_message_id, own_block_id, accepted_text, settled_text = [pool[place] for place in self._read]
        amount, currency = self._amount.read(pool, lenient)
        accepted, settled = lenient.instant(accepted_text), lenient.day(settled_text)
        reasons = tuple([shape.read(each.texts(texts)) for each, shape in self._reasons])
        charges = tuple([shape.read(each.texts(texts), lenient) for each, shape in self._charges])
        return self._form.make(
            pool,
            *(own_message_id or message_id, block_id or own_block_id, reasons, amount, currency, lenient.problems),
            *(accepted, settled, charges, self._original(pool), raw),
        )


@lru_cache(512)
def transfer_shape(found: Layout) -> TransferShape:
    return TransferShape(found)
