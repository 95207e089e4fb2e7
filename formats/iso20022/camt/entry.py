"""Reading one entry with its details; the oldest versions have details and batch directly below the entry."""

from __future__ import annotations

from lxml import etree

from formats.iso20022.camt import fields
from formats.iso20022.camt.model import Detail, Entry, Parties
from formats.iso20022.camt.shape import Shape, detail_shape, entry_shape
from formats.iso20022.lenient import Lenient
from formats.iso20022.xml import Below, Reader, local_name, look_below

_SIGNS = {"CRDT": 1, "DBIT": -1}
_NO_PARTIES = Parties()
_TOGETHER_MAX = 8


def sign(reader: Reader) -> int | None:
    """+1 credit, -1 debit, None when the indicator is missing, unknown or not alone."""
    indicators = reader.all("CdtDbtInd")
    return _SIGNS.get(indicators[0]) if len(indicators) == 1 else None


def read_entry(element: etree._Element, statement: int, ordinal: int) -> Entry:
    """An entry without indicator has no amount: an unknown direction settles nothing."""
    lenient = Lenient()
    head, details = _apart(element) if _is_long(element) else _together(element)
    shape = entry_shape(head.tags, head.counts)
    texts = shape.fields.texts(head.elements)
    direction = _direction(shape, texts)
    _note_missing(shape, texts, direction, lenient)
    reversal = is_true(texts.pop("reversal", None))
    values = {
        "amount": times(_amount(element, head, shape, texts, lenient), direction),
        "bank_code": _bank_code(texts),
        "booking_date": lenient.day(texts.pop("booking_date", None)),
        "value_date": lenient.day(texts.pop("value_date", None)),
        "batch_count": lenient.number(texts.pop("batch_count", None)),
        "charges": _charges(element, head, shape, lenient),
    }
    read = [_detail(each, number, direction, reversal, lenient) for number, each in enumerate(details)]
    is_known = shape.is_known and all(known for _, known in read)
    return Entry(
        statement,
        ordinal,
        reversal=reversal,
        details=tuple([detail for detail, _ in read]),
        problems=lenient.problems,
        raw=None if is_known else etree.tostring(element, with_tail=False),
        **values,  # type: ignore[arg-type]
        **texts,  # type: ignore[arg-type]
        **shape.parts(head.elements),
    )


def _note_missing(shape: Shape, texts: dict[str, str], direction: int | None, lenient: Lenient) -> None:
    if "amount" not in texts:
        lenient.note("amount_missing")
    if direction is None:
        lenient.note("direction_missing")
    if shape.batches > 1:
        lenient.note("several_batches")


# --- the elements of an entry and of its details -----------------------------------------------------------------


def _is_long(element: etree._Element) -> bool:
    """Whether the details are so many that looking at each alone is faster than looking at the whole entry."""
    return sum(map(len, element.iterchildren("{*}NtryDtls"))) > _TOGETHER_MAX


def _together(element: etree._Element) -> tuple[Below, list[Below]]:
    whole = look_below(element)
    spans = entry_shape(whole.tags, whole.counts).details
    return whole, [whole.part(start + 1, end) for start, end in spans]


def _apart(element: etree._Element) -> tuple[Below, list[Below]]:
    """The entry without its details, then each detail alone."""
    elements: list[etree._Element] = []
    counts: list[int] = []
    details: list[Below] = []
    for child in element:
        if local_name(child) == "NtryDtls":
            kept = [each for each in child if local_name(each) != "TxDtls"]
            details += [look_below(each) for each in child if local_name(each) == "TxDtls"]
            below = [each for one in kept for each in one.iter()]
            elements += [child, *below]
            counts += [len(kept), *map(len, below)]
        else:
            below = list(child.iter())
            elements += below
            counts += map(len, below)
    return Below(elements, tuple([each.tag for each in elements]), tuple(counts)), details


# --- values ------------------------------------------------------------------------------------------------------


def _detail(
    below: Below, ordinal: int, entry_direction: int | None, reversal: bool, lenient: Lenient
) -> tuple[Detail, bool]:
    """The detail, and whether everything in it has been read."""
    shape = detail_shape(below.tags, below.counts)
    texts = shape.fields.texts(below.elements)
    direction = _direction(shape, texts) or entry_direction
    lists = shape.lists(below.elements)
    reference = lists.pop("creditor_reference", None)
    parts = shape.parts(below.elements)
    name, account = _counterparty(parts.get("parties", _NO_PARTIES), direction, reversal or shape.is_return)
    values = {
        "amount": times(_amount(None, below, shape, texts, lenient), direction),
        "bank_code": _bank_code(texts),
        "remittance": lists.pop("remittance", None) or reference,
        "charges": _charges(None, below, shape, lenient),
    }
    texts.pop("proprietary_issuer", None)
    detail = Detail(
        ordinal,
        is_return=shape.is_return,
        reversal=reversal,
        counterparty=name,
        counterparty_account=account,
        **values,  # type: ignore[arg-type]
        **texts,  # type: ignore[arg-type]
        **lists,  # type: ignore[arg-type]
        **parts,
    )
    return detail, shape.is_known


def _counterparty(parties: Parties, direction: int | None, undoes: bool) -> tuple[str | None, str | None]:
    """The party across from us: of a debit the creditor; a return or reversal keeps the roles of the original."""
    if (direction == -1) != undoes:
        return parties.creditor, parties.creditor_account
    return parties.debtor, parties.debtor_account


def _direction(shape: Shape, texts: dict[str, str]) -> int | None:
    indicator = texts.pop("direction", "")
    return _SIGNS.get(indicator) if shape.has_one_direction else None


def _amount(
    element: etree._Element | None, below: Below, shape: Shape, texts: dict[str, str], lenient: Lenient
) -> int | None:
    """Minor units without sign; of two amounts at one place none is taken."""
    text = texts.pop("amount", None)
    if shape.has_odd_amount:
        minor, _ = lenient.amount(_reader(element, below), *shape.amounts)
        return minor
    return None if text is None else lenient.minor(text, texts.get("currency", ""))


def _charges(element: etree._Element | None, below: Below, shape: Shape, lenient: Lenient) -> int | None:
    """The sum of the records, of the older form too, else the total; a credited charge is negative."""
    if not shape.has_charges:
        return None
    reader = _reader(element, below)
    amounts = [times(lenient.amount(each, "Amt")[0], -(sign(each) or -1)) for each in _charge_records(reader)]
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else lenient.amount(reader, "Chrgs/TtlChrgsAndTaxAmt")[0]


def _charge_records(reader: Reader) -> list[Reader]:
    if reader.text("Chrgs/Rcrd/Amt"):
        return reader.each("Chrgs/Rcrd")
    return reader.each("Chrgs") if reader.text("Chrgs/Amt") else []


def _reader(element: etree._Element | None, below: Below) -> Reader:
    return Reader(below.elements[0] if element is None else element, below=below)


def _bank_code(texts: dict[str, str]) -> str | None:
    """``PMNT/ICDT/DMCT`` from the domain, else the bank's own code, which stays by itself as well."""
    domain = [texts.pop(name) for name in fields.DOMAIN if name in texts]
    return "/".join(domain) or texts.get("proprietary_code")


def is_true(text: str | None) -> bool:
    return text in ("true", "1")


def times(minor: int | None, direction: int | None) -> int | None:
    return None if minor is None or direction is None else minor * direction
