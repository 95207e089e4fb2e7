from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from lxml import etree
from support import pain001_values as values
from support.pain001_values import BLOCK, SIGNATURE, TRANSFER, WHOLE, Blocks, rendered, rendered_blocks, totalled

from formats.errors import FormatError, Missing, SchemaInvalid, Unreadable, Unrenderable
from formats.iso20022 import schema
from formats.iso20022.pain001 import (
    DECLARATION,
    NOBODY,
    VERSIONS,
    WITH_ENVELOPE,
    Account,
    Address,
    Agent,
    Narrowing,
    Party,
    read,
)
from formats.iso20022.pain001.check import Check

needs_schema = pytest.mark.skipif(bool(schema.missing()), reason="schemas are not installed: make schemas")


def back(content: bytes, *, validate: bool = False) -> list[object]:
    return list(read(BytesIO(content), schema=validate))


def items(blocks: Blocks, **changes: Any) -> list[object]:
    """What reading gives: the header, then each block before its transfers."""
    return [values.header(blocks, **changes), *(item for block, rows in blocks for item in (block, *rows))]


def without_uetr(blocks: Blocks) -> Blocks:
    return [(block, [replace(transfer, uetr=None) for transfer in rows]) for block, rows in blocks]


def sign(_digest: bytes) -> bytes:
    return SIGNATURE


@given(values.blocks)
@settings(max_examples=60, deadline=None)
def test_the_emitted_bytes_are_exclusive_canonical_xml(blocks: Blocks) -> None:
    content, _ = rendered_blocks(blocks)
    assert content.startswith(DECLARATION)
    canonical = etree.tostring(etree.fromstring(content), method="c14n", exclusive=True)
    assert DECLARATION + canonical == content


@given(values.blocks)
@settings(max_examples=60, deadline=None)
def test_m7_what_is_read_back_equals_what_was_rendered(blocks: Blocks) -> None:
    assert back(rendered_blocks(blocks)[0]) == items(blocks)


@needs_schema
@pytest.mark.parametrize("version", VERSIONS)
@given(blocks=values.blocks)
@settings(max_examples=350, deadline=None)
def test_m6_m7_every_rendered_message_is_valid_by_the_official_schema_and_holds_its_values(
    version: str, blocks: Blocks
) -> None:
    """More than a thousand messages: by the stream, by the check in parts, and read again."""
    blocks = blocks if version in WITH_ENVELOPE else without_uetr(blocks)
    check = Check(version)
    content, result = rendered_blocks(blocks, version, follower=check, sign=sign if version in WITH_ENVELOPE else None)
    verdict = check.verdict()
    assert (verdict.sha256, verdict.values) == (result.sha256, result.values)
    assert schema.findings(BytesIO(content), version) == []
    assert back(content, validate=True) == items(blocks)


def test_the_digest_is_that_of_the_message_with_an_empty_envelope() -> None:
    asked: list[bytes] = []
    content, result = rendered([TRANSFER], sign=lambda digest: asked.append(digest) or SIGNATURE)
    end = result.signed_at + result.signature_bytes
    message = content.removeprefix(DECLARATION)
    assert message[: result.signed_at].endswith(b"<SplmtryData><Envlp>")
    assert message[result.signed_at : end] == SIGNATURE
    assert message[end:] == b"</Envlp></SplmtryData></CstmrCdtTrfInitn></Document>"
    assert asked == [result.digest] == [hashlib.sha256(message[: result.signed_at] + message[end:]).digest()]
    assert result.sha256 == hashlib.sha256(content).digest()
    assert result.size_bytes == len(content)


def test_a_message_without_signature_has_no_envelope() -> None:
    content, result = rendered([TRANSFER])
    assert b"SplmtryData" not in content
    assert result.digest == hashlib.sha256(content.removeprefix(DECLARATION)).digest()


def test_a_version_without_envelope_takes_no_signature() -> None:
    with pytest.raises(Unrenderable, match="no_place_in_version"):
        rendered([replace(TRANSFER, uetr=None)], "pain.001.001.03", sign=sign)


def test_m5_rendering_twice_gives_the_same_bytes() -> None:
    assert rendered([TRANSFER]) == rendered([TRANSFER])


def test_a_long_list_is_streamed_and_counted() -> None:
    transfers = [replace(TRANSFER, end_to_end_id=f"E{number}", amount=number + 1) for number in range(2500)]
    content, _ = rendered(transfers)
    assert back(content)[2:] == transfers


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("instruction_id", "a1", "id_35_upper_case_letters_and_digits"),
        ("end_to_end_id", "X" * 36, "id_35_upper_case_letters_and_digits"),
        ("end_to_end_id", "", "id_35_upper_case_letters_and_digits"),
        ("end_to_end_id", "/E1", "id_35_upper_case_letters_and_digits"),
        ("uetr", "0F4A6A66-6F3D-4A43-9A55-0F8C7F2F6A11", "uuid_4_lower_case"),
        ("uetr", "0f4a6a66-6f3d-1a43-9a55-0f8c7f2f6a11", "uuid_4_lower_case"),
        ("creditor", Party("N" * 71), "line_70"),
        ("creditor", Party(""), "line_70"),
        ("creditor", Party(" HOA"), "line_70"),
        ("creditor", Party("HOA\u00a0"), "line_70"),
        ("creditor", Party("HO\x00A"), "line_70"),
        ("creditor", Party("HO\nA"), "line_70"),
        ("creditor", Party("HO\ud800A"), "line_70"),
        ("creditor", Party("HO\ufffeA"), "line_70"),
        ("creditor", NOBODY, "needed"),
        ("creditor", Party("A", organisation_id="1", person_id="2"), "not_with_creditor.organisation_id"),
        ("creditor", Party("A", address=Address(street="PHO HUE")), "needed"),
        ("creditor", Party("A", address=replace(WHOLE, country="Vietnam")), "country_2"),
        ("creditor", Party("A", address=replace(WHOLE, building="B" * 17)), "line_16"),
        ("remittance", "R" * 141, "line_140"),
        ("ultimate_creditor", Party("\t"), "line_70"),
        ("ultimate_creditor", Party(person_id="001"), "needed"),
        ("reference", "R" * 36, "line_35"),
        ("creditor_account", Account("12 34"), "account_34"),
        ("creditor_account", Account("1" * 35), "account_34"),
        ("creditor_account", Account("1", "S" * 36), "line_35"),
        ("purpose", "GOVTX", "code_4"),
        ("amount", 0, "positive"),
        ("amount", -1, "positive"),
        ("creditor_agent", Agent(bicfi="ICBV"), "bic"),
        ("creditor_agent", Agent(bicfi="ICBVVNVX", clearing_system="VNNAPAS"), "needed"),
    ],
)
def test_a_transfer_that_breaks_a_rule_is_refused_and_never_cut(field: str, value: Any, rule: str) -> None:
    broken = replace(TRANSFER, **{field: value})
    with pytest.raises(Unrenderable) as refusal:
        rendered([broken], control_sum=abs(broken.amount))
    assert refusal.value.rule == rule
    assert refusal.value.field.startswith(field)


def test_a3_a_refusal_names_the_field_and_not_the_value() -> None:
    with pytest.raises(Unrenderable) as refusal:
        rendered([replace(TRANSFER, creditor=Party("NGUYEN\nTHI HOA"))])
    assert "NGUYEN" not in str(refusal.value)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"count": 2}, "count_and_sum_of_the_rows"),
        ({"control_sum": 499_999}, "count_and_sum_of_the_rows"),
        ({"created": datetime(2026, 11, 1)}, "whole_seconds_with_offset"),
        ({"created": datetime(2026, 11, 1, 0, 0, 0, 1, tzinfo=values.HANOI)}, "whole_seconds_with_offset"),
        ({"currency": "EUR"}, "one_per_message"),
        ({"initiating_party": Party()}, "needed"),
        ({"message_id": "chitra"}, "id_35_upper_case_letters_and_digits"),
    ],
)
def test_m6_a_header_that_contradicts_its_rows_is_refused(changes: dict[str, Any], rule: str) -> None:
    with pytest.raises(Unrenderable) as refusal:
        rendered([TRANSFER], **changes)
    assert refusal.value.rule == rule


def test_an_end_to_end_reference_of_a_newer_version_is_not_dropped_silently() -> None:
    with pytest.raises(Unrenderable, match="not_in_version"):
        rendered([TRANSFER], "pain.001.001.03")


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(Unrenderable, match="version"):
        rendered([TRANSFER], "pain.001.001.99")


@pytest.mark.parametrize("level", ["GrpHdr", "PmtInf"])
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b"<NbOfTxs>2<", b"<NbOfTxs>3<"),
        (b"<CtrlSum>1000000<", b"<CtrlSum>1000001<"),
    ],
)
def test_m6_totals_that_differ_from_the_rows_are_found_at_both_levels(level: str, right: bytes, wrong: bytes) -> None:
    content, _ = rendered([TRANSFER, TRANSFER])
    before, tag, after = content.partition(f"<{level}>".encode())
    with pytest.raises(SchemaInvalid, match=f"level={level}"):
        back(before + tag + after.replace(right, wrong, 1))


def test_m6_a_transfer_that_went_missing_is_found() -> None:
    content, _ = rendered([TRANSFER, TRANSFER])
    start, end = content.index(b"<CdtTrfTxInf>"), content.index(b"</CdtTrfTxInf>") + len(b"</CdtTrfTxInf>")
    with pytest.raises(SchemaInvalid, match="totals_differ"):
        back(content[:start] + content[end:])


@pytest.mark.parametrize(
    ("right", "wrong", "error"),
    [
        (b'Ccy="VND"', b'Ccy="USD"', SchemaInvalid),
        (b"<EndToEndId>E0000000001</EndToEndId>", b"", Missing),
        (b"<Nm>NGUYEN THI HOA</Nm>", b"<Nm>A</Nm><Nm>B</Nm>", Missing),
        (b">500000</InstdAmt>", b">5e5</InstdAmt>", Unreadable),
        (b"</PmtInf>", b"</PmtInf><PmtInf></PmtInf>", Missing),
        (b"pain.001.001.09", b"pain.001.001.08", Unreadable),
        (b"<NbOfTxs>1<", b"<NbOfTxs>one<", Unreadable),
    ],
)
def test_m7_a_changed_message_is_not_read_as_ours(right: bytes, wrong: bytes, error: type[FormatError]) -> None:
    content, _ = rendered([TRANSFER])
    assert right in content
    with pytest.raises(error):
        back(content.replace(right, wrong))


@needs_schema
def test_a_message_that_breaks_the_schema_is_refused_at_its_end() -> None:
    content = rendered([TRANSFER])[0].replace(b"<ChrgBr>DEBT<", b"<ChrgBr>NONE<")
    with pytest.raises(SchemaInvalid, match="schema_invalid"):
        back(content, validate=True)


@needs_schema
@pytest.mark.parametrize("validate", [True, False])
def test_m7_no_truncated_message_is_read_even_where_the_schema_is_satisfied(validate: bool) -> None:
    content, _ = rendered([TRANSFER], sign=sign)
    for size in range(0, len(content), 7):
        with pytest.raises(FormatError):
            back(content[:size], validate=validate)


@needs_schema
def test_m7_nothing_may_follow_the_message() -> None:
    content, _ = rendered([TRANSFER], sign=sign)
    for junk in (b"x", b"<a/>", b"<!-- ", content):
        with pytest.raises(Unreadable):
            back(content + junk, validate=True)


# --- what a partner takes less than the standard allows ----------------------------------------------------------


@pytest.mark.parametrize(
    ("narrowing", "field", "rule"),
    [
        (Narrowing(charset="swift_x"), "remittance", "charset_swift_x"),
        (Narrowing(chars_max={"remittance": 10}), "remittance", "line_140_and_at_most_10"),
        (Narrowing(chars_max={"creditor.name": 13}), "creditor.name", "line_70_and_at_most_13"),
        (Narrowing(without=frozenset({"uetr"})), "uetr", "not_taken_by_partner"),
    ],
)
def test_a_partner_narrows_what_may_be_written(narrowing: Narrowing, field: str, rule: str) -> None:
    transfer = replace(TRANSFER, remittance="TRỢ CẤP THÁNG 11")
    with pytest.raises(Unrenderable) as refusal:
        rendered([transfer], narrowing=narrowing)
    assert (refusal.value.field, refusal.value.rule) == (field, rule)


def test_a_text_of_just_the_narrowed_length_is_written() -> None:
    narrowing = Narrowing(chars_max={"creditor.name": 14, "remittance": 21})
    assert b"<Nm>NGUYEN THI HOA</Nm>" in rendered([TRANSFER], narrowing=narrowing)[0]


# --- several blocks ------------------------------------------------------------------------------------------------


def test_m6_each_block_must_say_its_own_count_and_sum() -> None:
    block = totalled(BLOCK, [TRANSFER])
    for wrong in (replace(block, count=2), replace(block, control_sum=1)):
        with pytest.raises(Unrenderable, match="count_and_sum_of_the_rows"):
            rendered_blocks([(block, [TRANSFER]), (wrong, [TRANSFER])])


def test_m6_a_block_without_transfers_is_refused() -> None:
    with pytest.raises(Unrenderable):
        rendered_blocks([(totalled(BLOCK, []), [])])


# --- the check in parts ----------------------------------------------------------------------------------------------


class Spoiled:
    """Hands the parts on to a check, one of them changed."""

    def __init__(self, check: Check, kind: str, right: bytes, wrong: bytes) -> None:
        self._check, self._kind, self._right, self._wrong = check, kind, right, wrong

    def follow(self, kind: str, part: bytes) -> None:
        if kind == self._kind:
            assert self._right in part
            part = part.replace(self._right, self._wrong, 1)
        self._check.follow(kind, part)


@needs_schema
@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("head", b"<NbOfTxs>1<", b"<NbOfTxs>2<"),
        ("head", b"<MsgId>CHITRA0000000001</MsgId>", b""),
        ("head", b"<Document", b"<!DOCTYPE x><Document"),
        ("block", b"<CtrlSum>500000<", b"<CtrlSum>500001<"),
        ("block", b"<PmtMtd>TRF<", b"<PmtMtd>TRX<"),
        ("transfers", b">500000<", b">500001<"),
        ("transfers", b"<Purp><Cd>SSBE</Cd></Purp>", b"<Purp><Cd>SSBEX</Cd></Purp>"),
        ("transfers", b"</CdtTrfTxInf>", b"</CdtTrfTxInf></PmtInf><PmtInf>"),
        ("transfers", b"<CdtTrfTxInf>", b"<!-- --><CdtTrfTxInf>"),
        ("transfers", b"<CdtTrfTxInf>", b"<![CDATA[ ]]><CdtTrfTxInf>"),
        ("transfers", b"</Nm>", b"</Nm"),
        ("transfers", b'Ccy="VND"', b'Ccy="USD"'),
        ("block_end", b"</PmtInf>", b"</PmtInf><PmtInf/>"),
        ("block_end", b"</PmtInf>", b""),
        ("end", b"</Document>", b"</Document><Document/>"),
        ("end", b"</Document>", b""),
        ("end", b"<SplmtryData>", b"<Unknown/><SplmtryData>"),
    ],
)
def test_m7_a_part_that_is_not_as_it_must_be_is_never_passed(kind: str, right: bytes, wrong: bytes) -> None:
    check = Check("pain.001.001.09")
    with pytest.raises(FormatError):  # noqa: PT012 - a wrong value of its own kind shows in the verdict
        _, result = rendered([TRANSFER], sign=sign, follower=Spoiled(check, kind, right, wrong))
        if check.verdict().values != result.values:
            raise FormatError("values_differ")


@needs_schema
def test_m7_a_value_at_another_place_is_found_by_the_values() -> None:
    check = Check("pain.001.001.09")
    transfer = replace(TRANSFER, ultimate_creditor=Party("TRAN THI BE"))
    spoiled = Spoiled(check, "transfers", b"<Cdtr><Nm>NGUYEN THI HOA<", b"<Cdtr><Nm>TRAN THI BE<")
    _, result = rendered([transfer], follower=spoiled)
    assert check.verdict().values != result.values


@needs_schema
def test_a_message_in_many_parts_is_checked_whole() -> None:
    transfers = [replace(TRANSFER, end_to_end_id=f"E{number}", amount=number + 1) for number in range(1700)]
    check = Check("pain.001.001.09")
    _, result = rendered(transfers, follower=check)
    assert check.verdict().values == result.values


@needs_schema
def test_an_unfinished_message_has_no_verdict() -> None:
    check = Check("pain.001.001.09")
    check.follow("head", b"")
    with pytest.raises(Unreadable, match="message_unfinished"):
        check.verdict()
    with pytest.raises(Unreadable, match="part_out_of_order"):
        check.follow("end", b"")
