"""Reading one entry with its details; the oldest versions have details and batch directly below the entry."""

from __future__ import annotations

from lxml import etree

from formats.iso20022.camt.model import Detail, Entry
from formats.iso20022.lenient import Lenient
from formats.iso20022.xml import NOTHING, Reader

_SIGNS = {"CRDT": 1, "DBIT": -1}


def sign(reader: Reader) -> int | None:
    """+1 credit, -1 debit, None when the indicator is missing, unknown or not alone."""
    indicators = reader.all("CdtDbtInd")
    return _SIGNS.get(indicators[0]) if len(indicators) == 1 else None


def read_entry(element: etree._Element, statement: int, ordinal: int) -> Entry:
    """An entry without indicator has no amount: an unknown direction settles nothing."""
    reader, lenient = Reader(element, omit=_DETAILS if _is_long(element) else ""), Lenient()
    direction = sign(reader)
    minor, currency = lenient.amount(reader, "Amt")
    if reader.text("Amt") is None:
        lenient.note("amount_missing")
    if direction is None:
        lenient.note("direction_missing")
    batch = _batch(reader, lenient)
    reversal = is_true(reader.text("RvslInd"))
    details = reader.each("NtryDtls/TxDtls") or reader.each("TxDtls")
    return Entry(
        statement=statement,
        ordinal=ordinal,
        amount=times(minor, direction),
        currency=currency,
        status=reader.text("Sts/Cd", "Sts/Prtry", "Sts"),
        reversal=reversal,
        booking_date=lenient.date(reader, "BookgDt"),
        value_date=lenient.date(reader, "ValDt"),
        reference=reader.text("NtryRef"),
        servicer_reference=reader.text("AcctSvcrRef"),
        bank_code=_bank_code(reader),
        message_id=batch.text("MsgId"),
        payment_information_id=batch.text("PmtInfId"),
        batch_count=lenient.count(batch, "NbOfTxs"),
        additional=reader.text("AddtlNtryInf"),
        charges=_charges(reader, lenient),
        details=tuple(_detail(each, number, direction, reversal, lenient) for number, each in enumerate(details)),
        problems=lenient.problems,
    )


_DETAILS = "NtryDtls"
_TOGETHER_MAX = 8


def _is_long(element: etree._Element) -> bool:
    """Whether the details are so many that looking at each alone is faster than looking at the whole entry."""
    return sum(map(len, element.iterchildren("{*}NtryDtls"))) > _TOGETHER_MAX


def _batch(reader: Reader, lenient: Lenient) -> Reader:
    """The batch that names one of our orders; several batches in one entry are noted."""
    batches = reader.each("NtryDtls/Btch") or reader.each("Btch")
    if len(batches) > 1:
        lenient.note("several_batches")
    return batches[0] if batches else NOTHING


def _detail(reader: Reader, ordinal: int, entry_direction: int | None, reversal: bool, lenient: Lenient) -> Detail:
    direction = sign(reader) or entry_direction
    minor, currency = lenient.amount(reader, "Amt", "AmtDtls/TxAmt/Amt")
    is_return = reader.has("RtrInf")
    side = _side(direction, reversal or is_return)
    return Detail(
        ordinal=ordinal,
        amount=times(minor, direction),
        currency=currency,
        message_id=reader.text("Refs/MsgId"),
        payment_information_id=reader.text("Refs/PmtInfId"),
        instruction_id=reader.text("Refs/InstrId"),
        end_to_end_id=reader.text("Refs/EndToEndId"),
        uetr=reader.text("Refs/UETR"),
        transaction_id=reader.text("Refs/TxId"),
        servicer_reference=reader.text("Refs/AcctSvcrRef"),
        return_reason=reader.text("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/RtrRsn/Cd", "RtrInf/RtrRsn/Prtry"),
        return_text=_joined(reader, "RtrInf/AddtlInf"),
        is_return=is_return,
        reversal=reversal,
        counterparty=reader.text(*_NAMES[side]),
        counterparty_account=reader.text(*_ACCOUNTS[side]),
        remittance=_joined(reader, "RmtInf/Ustrd") or _joined(reader, "RmtInf/Strd/CdtrRefInf/Ref"),
        additional=reader.text("AddtlTxInf"),
        charges=_charges(reader, lenient),
    )


def _side(direction: int | None, undoes: bool) -> str:
    """The party across from us: of a debit the creditor; a return or reversal keeps the roles of the original."""
    return "Cdtr" if (direction == -1) != undoes else "Dbtr"


_NAMES = {
    side: tuple(f"RltdPties/{side}/{path}" for path in ("Pty/Nm", "Nm", "Agt/FinInstnId/Nm"))
    for side in ("Cdtr", "Dbtr")
}
_ACCOUNTS = {
    side: tuple(f"RltdPties/{side}Acct/Id/{path}" for path in ("IBAN", "Othr/Id")) for side in ("Cdtr", "Dbtr")
}


def _charges(reader: Reader, lenient: Lenient) -> int | None:
    """The sum of the records, of the older form too, else the total; a credited charge is negative."""
    if not reader.has("Chrgs"):
        return None
    records = _charge_records(reader)
    amounts = [times(lenient.amount(each, "Amt")[0], -(sign(each) or -1)) for each in records]
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else lenient.amount(reader, "Chrgs/TtlChrgsAndTaxAmt")[0]


def _charge_records(reader: Reader) -> list[Reader]:
    if reader.text("Chrgs/Rcrd/Amt"):
        return reader.each("Chrgs/Rcrd")
    return reader.each("Chrgs") if reader.text("Chrgs/Amt") else []


def _bank_code(reader: Reader) -> str | None:
    """``PMNT/ICDT/DMCT`` from the domain, else the bank's own code."""
    return "/".join(filter(None, map(reader.text, _DOMAIN))) or reader.text("BkTxCd/Prtry/Cd")


_DOMAIN = ("BkTxCd/Domn/Cd", "BkTxCd/Domn/Fmly/Cd", "BkTxCd/Domn/Fmly/SubFmlyCd")


def _joined(reader: Reader, path: str) -> str | None:
    return " ".join(reader.all(path)) or None


def is_true(text: str | None) -> bool:
    return text in ("true", "1")


def times(minor: int | None, direction: int | None) -> int | None:
    return None if minor is None or direction is None else minor * direction
