"""A bank's answers, as readers are measured with: schema-valid, of the said number and sum, signable as they stand."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from typing import cast

import pytest
from lxml import etree

from bench import answers
from formats.iso20022 import schema

COUNT = 2 * answers.RETURN_EVERY
NAMES = {
    "c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08",
    "p": "urn:iso:std:iso:20022:tech:xsd:pain.002.001.12",
}


def statement(place: bytes = b"") -> bytes:
    sink = BytesIO()
    answers.write_statement(sink, COUNT, place)
    return sink.getvalue()


def report() -> bytes:
    sink = BytesIO()
    answers.write_report(sink, COUNT)
    return sink.getvalue()


def numbers(document: bytes, path: str) -> list[int]:
    found = etree.fromstring(document).xpath(path, namespaces=NAMES)
    return [int(text) for text in cast(list[str], found)]


@pytest.mark.parametrize(("message", "document"), [("camt.053.001.08", statement()), ("pain.002.001.12", report())])
def test_answers_are_valid_by_the_official_schema(message: str, document: bytes) -> None:
    if message not in {each.message for each in schema.installed()}:
        pytest.skip("the official schemas are not installed: make schemas")
    assert schema.findings(BytesIO(document), message) == []


def test_the_entries_have_the_number_and_the_signed_sum_that_are_said() -> None:
    debits = numbers(statement(), "//c:Ntry[c:CdtDbtInd='DBIT']/c:Amt/text()")
    credits = numbers(statement(), "//c:Ntry[c:CdtDbtInd='CRDT']/c:Amt/text()")
    assert len(debits) + len(credits) == COUNT
    assert len(credits) == COUNT // answers.RETURN_EVERY
    assert sum(credits) - sum(debits) == answers.total(COUNT)


def test_the_balances_tie_with_the_entries() -> None:
    opening, closing = numbers(statement(), "//c:Bal/c:Amt/text()")
    assert closing - opening == answers.total(COUNT)


def test_every_field_that_is_looked_for_stands_in_the_last_entry() -> None:
    entry = cast(list[etree._Element], etree.fromstring(statement()).xpath("//c:Ntry[last()]", namespaces=NAMES))[0]
    text = etree.tostring(entry, encoding="unicode")
    assert [name for name, words in answers.fields(COUNT).items() if words[0] not in text] == []


def test_a_refusal_comes_where_a_payment_comes_back() -> None:
    statuses = etree.fromstring(report()).xpath("//p:TxSts/text()", namespaces=NAMES)
    assert cast(list[str], statuses).count("RJCT") == COUNT // answers.RETURN_EVERY


def test_a_statement_is_written_as_its_canonical_form_so_that_a_plain_digest_signs_it() -> None:
    document = statement(answers.PLACE)
    canonical = etree.tostring(etree.fromstring(document), method="c14n", exclusive=True)
    assert sha256(document).digest() == sha256(canonical).digest()


def test_the_signature_goes_into_its_envelope() -> None:
    sink = BytesIO()
    splice_at = answers.write_statement(sink, 1, answers.PLACE)
    assert sink.getvalue()[:splice_at].endswith(b"<Envlp>")
