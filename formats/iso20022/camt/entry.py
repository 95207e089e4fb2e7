"""Reading one entry with its details; the oldest versions have details and batch directly below the entry."""

from __future__ import annotations

from formats.iso20022.camt.model import Detail, Entry
from formats.iso20022.lenient import Lenient
from formats.iso20022.xml import Reader

_SIGNS = {"CRDT": 1, "DBIT": -1}


def sign(reader: Reader) -> int | None:
    """+1 credit, -1 debit, None when the indicator is missing or unknown."""
    return _SIGNS.get(reader.text("CdtDbtInd") or "")


def read_entry(reader: Reader, statement: int, ordinal: int) -> Entry:
    """An entry without indicator has no amount: an unknown direction settles nothing."""
    lenient = Lenient()
    direction = sign(reader)
    minor, currency = lenient.amount(reader.opt("Amt"))
    if reader.opt("Amt") is None:
        lenient.note("amount_missing")
    if direction is None:
        lenient.note("direction_missing")
    batch = _batch(reader, lenient)
    reversal = is_true(reader.text("RvslInd"))
    details = [*reader.each("NtryDtls/TxDtls"), *reader.each("TxDtls")]
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
        bank_code=_bank_code(reader.opt("BkTxCd")),
        message_id=batch.text("MsgId"),
        payment_information_id=batch.text("PmtInfId"),
        batch_count=lenient.count(batch, "NbOfTxs"),
        additional=reader.text("AddtlNtryInf"),
        charges=_charges(reader, lenient),
        details=tuple(_detail(each, number, direction, reversal, lenient) for number, each in enumerate(details)),
        problems=lenient.problems,
    )


def _batch(reader: Reader, lenient: Lenient) -> Reader:
    """The batch that names one of our orders; several batches in one entry are noted."""
    batches = [*reader.each("NtryDtls/Btch"), *reader.each("Btch")]
    if len(batches) > 1:
        lenient.note("several_batches")
    return batches[0] if batches else reader.at("Btch")


def _detail(reader: Reader, ordinal: int, entry_direction: int | None, reversal: bool, lenient: Lenient) -> Detail:
    references = reader.at("Refs")
    direction = sign(reader) or entry_direction
    minor, currency = lenient.amount(reader.opt("Amt") or reader.opt("AmtDtls/TxAmt/Amt"))
    returned = reader.at("RtrInf")
    parties = reader.at("RltdPties")
    is_return = reader.opt("RtrInf") is not None
    side = _side(direction, reversal or is_return)
    return Detail(
        ordinal=ordinal,
        amount=times(minor, direction),
        currency=currency,
        message_id=references.text("MsgId"),
        payment_information_id=references.text("PmtInfId"),
        instruction_id=references.text("InstrId"),
        end_to_end_id=references.text("EndToEndId"),
        uetr=references.text("UETR"),
        transaction_id=references.text("TxId"),
        servicer_reference=references.text("AcctSvcrRef"),
        return_reason=returned.text("Rsn/Cd", "Rsn/Prtry", "RtrRsn/Cd", "RtrRsn/Prtry"),
        return_text=_joined(returned, "AddtlInf"),
        is_return=is_return,
        reversal=reversal,
        counterparty=parties.text(f"{side}/Pty/Nm", f"{side}/Nm", f"{side}/Agt/FinInstnId/Nm"),
        counterparty_account=parties.text(f"{side}Acct/Id/IBAN", f"{side}Acct/Id/Othr/Id"),
        remittance=_joined(reader, "RmtInf/Ustrd") or _joined(reader, "RmtInf/Strd/CdtrRefInf/Ref"),
        additional=reader.text("AddtlTxInf"),
        charges=_charges(reader, lenient),
    )


def _side(direction: int | None, undoes: bool) -> str:
    """The party across from us: of a debit the creditor; a return or reversal keeps the roles of the original."""
    return "Cdtr" if (direction == -1) != undoes else "Dbtr"


def _charges(reader: Reader, lenient: Lenient) -> int | None:
    """The total where given, else the sum of the records, of the older form too; a credited charge is negative."""
    charges = reader.each("Chrgs")
    records = reader.each("Chrgs/Rcrd") or [each for each in charges if each.opt("Amt")]
    amounts = [times(lenient.amount(each.opt("Amt"))[0], -(sign(each) or -1)) for each in records]
    known = [amount for amount in amounts if amount is not None]
    if known:
        return sum(known)
    return lenient.amount(reader.opt("Chrgs/TtlChrgsAndTaxAmt"))[0]


def _bank_code(reader: Reader | None) -> str | None:
    """``PMNT/ICDT/DMCT`` from the domain, else the bank's own code."""
    if reader is None:
        return None
    levels = [reader.text(path) for path in ("Domn/Cd", "Domn/Fmly/Cd", "Domn/Fmly/SubFmlyCd")]
    return "/".join(level for level in levels if level) or reader.text("Prtry/Cd")


def _joined(reader: Reader, path: str) -> str | None:
    return " ".join(text for each in reader.each(path) if (text := each.content())) or None


def is_true(text: str | None) -> bool:
    return text in ("true", "1")


def times(minor: int | None, direction: int | None) -> int | None:
    return None if minor is None or direction is None else minor * direction
