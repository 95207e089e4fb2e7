"""What is told of a file: by its first bytes, its frame, its sums; nothing in it ends the explanation."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from support import acmt_values

from formats.iso20022 import acmt, schema, xml
from formats.iso20022.explain import explain, outline, verdict
from formats.iso20022.explain.counting import FINDINGS_MAX
from formats.iso20022.explain.looks import looks_like
from formats.iso20022.explain.model import (
    Explanation,
    Openings,
    Orders,
    Statements,
    Statuses,
    Sums,
    VerificationKind,
    Verifications,
    decimal_text,
)

FIXTURES = Path(__file__).parents[2] / "fixtures"
STATEMENT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
ORDER = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
HEAD = "urn:iso:std:iso:20022:tech:xsd:head.001.001.02"

needs_schema = pytest.mark.skipif(bool(schema.missing()), reason="schemas are not installed: make schemas")


def of(content: bytes | str, limit: int = 20) -> Explanation:
    return explain(io.BytesIO(content.encode() if isinstance(content, str) else content), limit)


def fixture(name: str) -> Explanation:
    with next(FIXTURES.glob(f"*/{name}.xml")).open("rb") as source:
        return explain(source)


def rules(explanation: Explanation) -> list[str]:
    return [finding.rule for finding in explanation.findings]


def entry(amount: str = "1.00", direction: str = "CRDT", currency: str = "EUR", status: str = "BOOK") -> str:
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>'
        f"<Sts><Cd>{status}</Cd></Sts><BkTxCd/></Ntry>"
    )


def balance(kind: str, amount: str, currency: str = "EUR") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='{currency}'>{amount}</Amt>"
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-01</Dt></Dt></Bal>"
    )


def statement(content: str, around: str = "{}") -> str:
    head = "<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-11-01T00:00:00</CreDtTm></GrpHdr>"
    body = f"<BkToCstmrStmt>{head}<Stmt><Id>1</Id>{content}</Stmt></BkToCstmrStmt>"
    return around.format(f"<Document xmlns='{STATEMENT}'>{body}</Document>")


# --- no message at all -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"\0" * 64, "empty"),
        (b"%PDF-1.7", "pdf"),
        (b"PK\x03\x04rest", "zip"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\xd0\xcf\x11\xe0", "office"),
        (b"-----BEGIN PGP MESSAGE-----", "openpgp"),
        (b"\x85\x02\x0c\x03" + bytes(range(128, 250)), "openpgp"),
        (b"-----BEGIN PKCS7-----", "cms"),
        (bytes.fromhex("3082022f06092a864886f70d010702a0"), "cms"),
        (b"-----BEGIN CERTIFICATE-----", "certificate"),
        (b"{1:F01BANK}", "swift-mt"),
        (b'{"a": 1}', "json"),
        (b"<html><body>", "html"),
        (b"<!DOCTYPE html>", "html"),
        ("số;tên\n1;An\n".encode(), "csv"),
        (b"\xef\xbb\xbfpayment_ref,amount\nA,1\n", "csv"),
        (b"hello\nworld", "text"),
        (bytes(range(1, 200)), "binary"),
        (b"\xef\xbb\xbf<a/>", "xml"),
        ("<a/>".encode("utf-16"), "xml"),
    ],
)
def test_the_first_bytes_tell_what_a_file_looks_like(start: bytes, kind: str) -> None:
    assert looks_like(start) == kind


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n...", b"a,b\n1,2\n", b"-----BEGIN PGP MESSAGE-----\n"])
def test_what_is_no_xml_is_one_finding(content: bytes) -> None:
    explanation = of(content)
    assert explanation.version is None
    assert rules(explanation) in (["empty"], ["not-xml"])


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (f"<!DOCTYPE a [<!ENTITY x 'y'>]><Document xmlns='{STATEMENT}'>&x;</Document>", "doctype"),
        (f"<Document xmlns='{STATEMENT}'>" + "<a>" * 100_000, "too-deep-or-large"),
        (f"<Document xmlns='{STATEMENT}'>\0</Document>", "not-well-formed"),
        (f"<Document xmlns='{STATEMENT}'/><again/>", "not-well-formed"),
        (f"<Document xmlns='{STATEMENT}'><BkToCstmrStmt><Stmt><Id>1</Id>", "not-well-formed"),
        (f'<?xml version="1.0"?><Document xmlns="{STATEMENT}">é</Document>'.encode("latin-1"), "not-well-formed"),
        ("<Document xmlns='urn:somebody'/>", "unknown-namespace"),
        ("<other/>", "no-document"),
        ('<Document xmlns="a{b"/>', "not-well-formed"),
    ],
    ids=["doctype", "deep", "nul", "two roots", "truncated", "lying encoding", "namespace", "no document", "brace"],
)  # fmt: skip
def test_hostile_and_broken_xml_is_a_finding(content: bytes | str, rule: str) -> None:
    assert rule in rules(of(content))


@needs_schema
@pytest.mark.parametrize("name", ["Straße", "Số", "\U00010400"], ids=["Latin", "Vietnamese", "no name to expat"])
def test_fault_87_a_name_beyond_ascii_is_a_finding(name: str) -> None:
    content = f"<Document xmlns='{STATEMENT}'><BkToCstmrStmt><{name}/></BkToCstmrStmt></Document>"
    assert "unexpected-element" in rules(of(content))


@needs_schema
@needs_schema
def test_a_year_beyond_any_calendar_is_a_finding_by_libxml2() -> None:
    """The ``xmlschema`` library gives up at it; found by fuzzing."""
    year = good().replace("2026-11-01T00:00:00", "99999999999999-11-01T00:00:00")
    assert rules(of(year.replace("<Id>1</Id>", "<Id></Id>"))) == ["minLength"]


def test_a_million_unknown_elements_are_not_looked_at_in_words() -> None:
    content = f"<Document xmlns='{STATEMENT}'><BkToCstmrStmt>{'<x/>' * 200_000}</BkToCstmrStmt></Document>"
    explanation = of(content)
    assert rules(explanation) == ["unexpected-element"]
    assert "schema-by-libxml2" in [note.rule for note in explanation.notes]


# --- frame -----------------------------------------------------------------------------------------------------


@needs_schema
def test_a_header_and_a_document_in_an_envelope_are_each_held_against_their_schema() -> None:
    header = f"<AppHdr xmlns='{HEAD}'><BizMsgIdr>B1</BizMsgIdr><MsgDefIdr>camt.053.001.08</MsgDefIdr></AppHdr>"
    explanation = of(statement(entry(), "<Message>" + header + "{}</Message>"))
    (envelope,) = explanation.frame.envelopes
    assert (envelope.path, envelope.message_id, envelope.definition) == ("/Message/AppHdr", "B1", "camt.053.001.08")
    assert isinstance(explanation.summary, Statements)
    assert explanation.summary.entries == 1
    paths = [finding.path for finding in explanation.findings]
    assert "/Message/AppHdr" in paths
    assert "/Message/Document/BkToCstmrStmt/Stmt[1]" in paths
    assert set(rules(explanation)) == {"missing-element"}


def test_two_documents_of_one_kind_are_summed_together() -> None:
    explanation = fixture("camt054.v08.two-documents-in-a-wrapper")
    assert isinstance(explanation.summary, Statements)
    assert explanation.summary.statements.count == 2
    assert explanation.frame.frames == 2


def test_documents_of_two_kinds_are_named_and_only_the_first_is_summed() -> None:
    explanation = of(statement(entry(), "<E>{}<Document xmlns='" + ORDER + "'/></E>"))
    assert explanation.version == "camt.053.001.08"
    assert explanation.frame.documents == ["camt.053.001.08", "pain.001.001.09"]
    assert "several-messages" in rules(explanation)


@pytest.mark.parametrize("name", ["camt053.v02.iso-8859-1", "camt053.v08.byte-order-mark-no-entries",
                                  "camt053.v08.prefixed-two-statements"])  # fmt: skip
def test_encodings_marks_and_prefixes_are_read(name: str) -> None:
    assert fixture(name).message == "camt.053"


def test_a_message_of_another_kind_is_named_and_said_to_be_not_explained() -> None:
    explanation = of("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.029.001.99'/>")
    assert (explanation.message, explanation.summary) == ("camt.029", None)
    assert rules(explanation) == ["schema-not-installed"]
    assert [note.rule for note in explanation.notes] == ["not-explained-further"]


def test_a_signature_is_named_with_its_place_and_said_to_be_unchecked() -> None:
    signature = (
        '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>'
        '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><Reference URI=""/>'
        "</SignedInfo><KeyInfo><KeyName>bank-1</KeyName><X509Data><X509SubjectName>CN=bank</X509SubjectName>"
        "</X509Data></KeyInfo></Signature>"
    )
    explanation = of(statement(f"{entry()}<SplmtryData><Envlp>{signature}</Envlp></SplmtryData>"))
    (found,) = explanation.frame.signatures
    assert found.path == "/Document/BkToCstmrStmt/Stmt[1]/SplmtryData/Envlp/Signature"
    assert (found.algorithm, found.key_name, found.subject, found.over) == ("rsa-sha256", "bank-1", "CN=bank", "")
    assert "signature-not-checked" in [note.rule for note in explanation.notes]


# --- sums ------------------------------------------------------------------------------------------------------


def test_sums_are_kept_by_currency_and_added_up_irrespective_of_it() -> None:
    sums = Sums()
    for amount, currency in ((-150, "EUR"), (7, "VND"), (1_005, "KWD"), (None, "EUR"), (9, None)):
        sums.add(amount, currency)
    assert sums.texts() == {"EUR": "-1.50", "VND": "7", "KWD": "1.005"}
    assert sums.text() == "6.505"


@pytest.mark.parametrize(
    ("minor", "decimals", "text"), [(0, 0, "0"), (0, 2, "0.00"), (-5, 2, "-0.05"), (5, 3, "0.005"), (123, 0, "123")]
)
def test_decimal_text_is_exact(minor: int, decimals: int, text: str) -> None:
    assert decimal_text(minor, decimals) == text


@pytest.mark.parametrize(
    ("closing", "expected"), [("12.50", True), ("12.51", False)]
)  # fmt: skip
def test_s4_booked_entries_lead_from_the_opening_to_the_closing_balance(closing: str, expected: bool) -> None:
    content = balance("OPBD", "10.00") + balance("CLBD", closing) + entry("3.50") + entry("1.00", "DBIT")
    explanation = of(statement(content + entry("99.00", status="PDNG")))
    assert isinstance(explanation.summary, Statements)
    (at,) = explanation.summary.statements.shown
    assert at.ties is expected
    assert ("balances-do-not-tie" in rules(explanation)) is not expected
    assert explanation.summary.sums.text() == "101.50"


def test_a_batch_count_that_differs_from_the_details_is_only_a_note() -> None:
    details = "<NtryDtls><Btch><NbOfTxs>3</NbOfTxs></Btch><TxDtls/></NtryDtls>"
    content = statement(entry().replace("</Ntry>", f"{details}</Ntry>") * 2)
    explanation = of(content)
    assert [(note.rule, note.params) for note in explanation.notes] == [("batch-count-differs", {"times": 2})]
    assert "batch-count-differs" not in rules(explanation)


def test_m6_declared_numbers_and_sums_are_compared_at_both_levels() -> None:
    explanation = fixture("pain001.v03.two-blocks-sums-differ")
    said = {(finding.path, finding.rule): dict(finding.params) for finding in explanation.findings}
    order = "/Document/CstmrCdtTrfInitn"
    assert said[f"{order}/PmtInf[1]/CtrlSum", "sum-differs"] == {"declared": "1000", "counted": "1000.55"}
    assert said[f"{order}/GrpHdr/NbOfTxs", "count-differs"] == {"declared": 4, "counted": 3}
    assert said[f"{order}/GrpHdr/CtrlSum", "sum-differs"] == {"declared": "1000.55", "counted": "26000.55"}
    assert isinstance(explanation.summary, Orders)
    assert explanation.summary.tally.sums.texts() == {"EUR": "1000.55", "VND": "25000"}


def test_a_sum_is_not_compared_when_an_amount_could_not_be_read() -> None:
    transfer = "<CdtTrfTxInf><Amt><InstdAmt Ccy='EUR'>1e3</InstdAmt></Amt></CdtTrfTxInf>"
    explanation = of(f"<Document xmlns='{ORDER}'><CstmrCdtTrfInitn><PmtInf><CtrlSum>5</CtrlSum>{transfer}</PmtInf>"
                     "</CstmrCdtTrfInitn></Document>")  # fmt: skip
    assert "amount-unreadable" in rules(explanation)
    assert "sum-differs" not in rules(explanation)


def test_statuses_are_counted_by_level_status_and_reasons() -> None:
    explanation = fixture("pain002.v12.transfer-rejected")
    assert isinstance(explanation.summary, Statuses)
    counted = {
        (kind.level, kind.status, kind.reasons): tally.count for kind, tally in explanation.summary.kinds.items()
    }
    assert counted == {
        ("group", "PART", ()): 1,
        ("block", "PART", ()): 1,
        ("transfer", "RJCT", ("AC04",)): 1,
        ("transfer", "ACSP", ("0000",)): 1,
    }


def test_answers_about_accounts_are_counted_by_verdict_and_reasons() -> None:
    explanation = fixture("acmt024.v04.masked-names")
    assert isinstance(explanation.summary, Verifications)
    assert explanation.summary.kinds == {
        VerificationKind(True, ()): 1,
        VerificationKind(False, ("PN01",)): 1,
        VerificationKind(False, ("AC01",)): 1,
        VerificationKind(False, ("E017",)): 1,
        VerificationKind(None, ()): 1,
        VerificationKind(False, ("PN02",)): 1,
    }
    said = [(finding.path, finding.rule) for finding in explanation.findings]
    assert ("/Document/IdVrfctnRpt/Rpt[5]", "verdict-unreadable") in said
    assert ("/Document/IdVrfctnRpt/Rpt[6]", "id-twice") in said


def test_many_answers_are_counted_and_few_are_shown() -> None:
    answers = [acmt.Answer(f"V{number}", number % 3 > 0, f"X{number}", None) for number in range(1500)]
    explanation = of(acmt_values.report(answers).decode(), 2)
    assert isinstance(explanation.summary, Verifications)
    rows = explanation.summary.rows
    assert (len(rows.shown), rows.count) == (2, 1500)
    assert len(explanation.summary.kinds) == 1002
    assert sum(explanation.summary.kinds.values()) == 1500


@pytest.mark.parametrize("content", [acmt_values.report([acmt.Answer("V1", True, None, None)] * 3000),
                                     acmt_values.asked(acmt_values.many(3000))[0]])  # fmt: skip
def test_what_was_seen_of_a_long_account_message_is_forgotten(content: bytes) -> None:
    found, most = outline.Outline(), 0
    for element in xml.stream(io.BytesIO(content), ("Rpt", *outline.LISTS)):
        outline._note(found, element)
        parent = element.getparent()
        most = max(most, len(parent) if parent is not None else 0)
    assert most < 1000


@pytest.mark.parametrize("name", ["acmt007.v05.person", "acmt010.v03.received", "acmt010.v04.account-opened",
                                  "acmt011.v04.rejected"])  # fmt: skip
def test_a_message_about_opening_an_account_is_told(name: str) -> None:
    explanation = fixture(name)
    assert isinstance(explanation.summary, Openings)
    assert [item.process_id for item in explanation.summary.messages.shown] == ["O0000000001"]
    assert rules(explanation) in ([], ["schema-not-installed"])


def test_the_place_of_a_broken_account_message_is_told() -> None:
    content = acmt_values.acknowledgement(kind="ELSE").decode()
    explanation = of(content)
    assert ("/Document/AcctReqAck/Refs", "request-type-unknown") in [(f.path, f.rule) for f in explanation.findings]


@pytest.mark.parametrize(("limit", "shown"), [(2, 2), (0, 5), (9, 5)])
def test_rows_are_limited_and_sums_are_not(limit: int, shown: int) -> None:
    explanation = of(statement(entry() * 5), limit)
    assert isinstance(explanation.summary, Statements)
    (at,) = explanation.summary.statements.shown
    assert (len(at.rows.shown), at.rows.count, explanation.summary.sums.text()) == (shown, 5, "5.00")


def test_findings_are_limited_and_said_to_be_more() -> None:
    explanation = of(statement(entry("1e3") * (FINDINGS_MAX + 1)))
    assert len(explanation.findings) == FINDINGS_MAX
    assert explanation.findings_more


def test_a_truncated_file_still_tells_what_came_before() -> None:
    content = statement(entry("2.00") * 3)
    explanation = of(content[: content.rindex("<Ntry>") + 20])
    assert isinstance(explanation.summary, Statements)
    assert explanation.summary.sums.text() == "4.00"
    assert "not-well-formed" in rules(explanation)


# --- the official schema in words ------------------------------------------------------------------------------

PLACE = "/Document/BkToCstmrStmt/Stmt[1]"


def good() -> str:
    account = "<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id></Acct>"
    return statement(
        account + balance("CLBD", "1.00") + entry().replace("<BkTxCd/>", "<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>")
    )


NTRY = f"{PLACE}/Ntry[1]"
SIGN, AMOUNT = "<CdtDbtInd>CRDT</CdtDbtInd><Sts>", '<Ntry><Amt Ccy="EUR">'
BREACHES: dict[str, tuple[str, str, str, str, dict[str, Any]]] = {
    "sign": (SIGN, "<Sts>", NTRY, "missing-element", {"element": "CdtDbtInd", "before": "Sts"}),
    "first": ("<Id>1</Id>", "", PLACE, "missing-element", {"element": "Id", "before": "Acct"}),
    "long": ("<Id>1</Id>", f"<Id>{'x' * 36}</Id>", f"{PLACE}/Id", "maxLength", {"length": 36, "allowed": 35}),
    "short": ("<Id>1</Id>", "<Id></Id>", f"{PLACE}/Id", "minLength", {"length": 0, "allowed": 1}),
    "unknown": ("<Id>1</Id>", "<Id>1</Id><Foo/>", f"{PLACE}/Foo", "unexpected-element", {"element": "Foo"}),
    "again": ("<Id>1</Id>", "<Id>1</Id><Id>2</Id>", f"{PLACE}/Id[2]", "misplaced-element", {"element": "Id"}),
    "behind": ("</Ntry>", "</Ntry><Bal/>", f"{PLACE}/Bal[2]", "misplaced-element", {"element": "Bal"}),
    "text": ("<Id>1</Id>", "<Id>1</Id>text", PLACE, "text-between-elements", {"element": "Stmt"}),
    "inside": ("<Id>1</Id>", "<Id><x/></Id>", f"{PLACE}/Id", "elements-in-text", {"element": "Id"}),
    "form": ("DE02120300000000202051", "nonsense", f"{PLACE}/Acct/Id/IBAN", "pattern", {"element": "IBAN"}),
    "word": (SIGN, SIGN.replace("CRDT", "PLUS"), f"{NTRY}/CdtDbtInd", "enumeration", {"allowed": "CRDT, DBIT"}),
    "letters": (f"{AMOUNT}1.00", f"{AMOUNT}abc", f"{NTRY}/Amt", "datatype", {"type": "decimal"}),
    "fine": (f"{AMOUNT}1.00", f"{AMOUNT}1.000001", f"{NTRY}/Amt", "fractionDigits", {"allowed": "5"}),
    "digits": (f"{AMOUNT}1.00", f"{AMOUNT}{'1' * 19}", f"{NTRY}/Amt", "totalDigits", {"allowed": "18"}),
    "minus": (f"{AMOUNT}1.00", f"{AMOUNT}-1.00", f"{NTRY}/Amt", "minInclusive", {"allowed": "0"}),
    "currency": (AMOUNT, '<Ntry><Amt Ccy="eur">', f"{NTRY}/Amt/@Ccy", "pattern", {"element": "Ccy"}),
    "no attribute": (AMOUNT, "<Ntry><Amt>", f"{NTRY}/Amt", "missing-attribute", {"attribute": "Ccy"}),
    "attribute": (AMOUNT, '<Ntry><Amt Ccy="EUR" a="1">', f"{NTRY}/Amt", "unexpected-attribute", {"attribute": "a"}),
    "moment": (
        *("2026-11-01T00:00:00", "yesterday", "/Document/BkToCstmrStmt/GrpHdr/CreDtTm", "datatype"),
        {"type": "dateTime"},
    ),
    "namespace": ("urn:iso:std", "urn:else:std", "/Document", "wrong-namespace", {"element": "Document"}),
}


@needs_schema
def test_the_message_that_the_breaches_start_from_is_valid() -> None:
    assert rules(of(good())) == []


@needs_schema
@pytest.mark.parametrize(("old", "new", "path", "rule", "params"), BREACHES.values(), ids=BREACHES)
def test_each_breach_of_the_schema_has_its_path_its_rule_and_no_value(
    old: str, new: str, path: str, rule: str, params: dict[str, Any]
) -> None:
    assert old in good()
    found = of(good().replace(old, new, 1)).findings
    matching = [dict(each.params) for each in found if (each.path, each.rule) == (path, rule)]
    assert any(params.items() <= each.items() for each in matching), found
    assert "nonsense" not in repr(found)


@needs_schema
def test_a_large_file_gets_the_rules_of_libxml2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "SIZE_BYTES_MAX", 10)
    explanation = of(
        good().replace("<Id>1</Id>", f"<Id>{'x' * 36}</Id>").replace("<CdtDbtInd>CRDT</CdtDbtInd><Sts>", "<Sts>")
    )
    said = {(each.path, each.rule): dict(each.params) for each in explanation.findings}
    assert ("/Document/BkToCstmrStmt/Stmt/Id", "maxLength") in said
    assert ("/Document/BkToCstmrStmt/Stmt/Ntry/Sts", "unexpected-element") in said
    assert "schema-by-libxml2" in [note.rule for note in explanation.notes]


@needs_schema
def test_a_large_wrapped_file_is_said_to_be_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "SIZE_BYTES_MAX", 10)
    assert "schema-not-checked" in rules(of(statement(entry(), "<E>{}</E>")))
