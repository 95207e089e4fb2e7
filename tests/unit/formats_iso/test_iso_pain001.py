from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from support import pain001_values as values
from support.pain001_values import TRANSFER, rendered, signed

from formats.errors import FormatError, Missing, SchemaInvalid, Unreadable, Unrenderable
from formats.iso20022 import schema
from formats.iso20022.pain001 import VERSIONS, Account, Agent, Block, Transfer, read

several = st.lists(values.transfers, min_size=1, max_size=4)
needs_schema = pytest.mark.skipif(bool(schema.missing()), reason="schemas are not installed: make schemas")


def back(content: bytes, *, validate: bool = False) -> list[object]:
    return list(read(BytesIO(content), schema=validate))


@given(values.blocks, several)
@settings(max_examples=60, deadline=None)
def test_the_emitted_bytes_are_exclusive_canonical_xml(block: Block, transfers: list[Transfer]) -> None:
    content, _ = rendered(transfers, block=block, currency=block.currency)
    assert etree.tostring(etree.fromstring(content), method="c14n", exclusive=True) == content


@given(values.blocks, several)
@settings(max_examples=60, deadline=None)
def test_m7_what_is_read_back_equals_what_was_rendered(block: Block, transfers: list[Transfer]) -> None:
    content, _ = rendered(transfers, block=block, currency=block.currency)
    assert back(content) == [values.header(transfers, currency=block.currency), block, *transfers]


@needs_schema
@given(values.blocks, several, st.sampled_from(sorted(VERSIONS)))
@settings(max_examples=60, deadline=None)
def test_every_rendered_message_is_valid_against_the_official_schema(
    block: Block, transfers: list[Transfer], version: str
) -> None:
    if not VERSIONS[version].uetr:
        transfers = [replace(transfer, uetr=None) for transfer in transfers]
    content = signed(*rendered(transfers, version, block, currency=block.currency))
    assert schema.findings(BytesIO(content), version) == []
    assert back(content, validate=True)[2:] == transfers


def test_the_digest_is_that_of_the_emitted_bytes_and_the_signature_goes_into_the_envelope() -> None:
    content, result = rendered([TRANSFER])
    assert result.digest == hashlib.sha256(content).digest()
    assert result.size_bytes == len(content)
    assert result.splice_at is not None
    assert content[: result.splice_at].endswith(b"<SplmtryData><Envlp>")
    assert content[result.splice_at :] == b"</Envlp></SplmtryData></CstmrCdtTrfInitn></Document>"


def test_a_version_without_envelope_has_no_place_for_a_signature() -> None:
    content, result = rendered([replace(TRANSFER, uetr=None)], "pain.001.001.03")
    assert result.splice_at is None
    assert b"Envlp" not in content


def test_m5_rendering_twice_gives_the_same_bytes() -> None:
    assert rendered([TRANSFER]) == rendered([TRANSFER])


def test_a_long_list_is_streamed_and_counted() -> None:
    transfers = [replace(TRANSFER, end_to_end_id=f"E{number}", amount=number + 1) for number in range(2500)]
    content, result = rendered(transfers)
    assert (result.count, result.total) == (2500, sum(range(2501)))
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
        ("creditor", "N" * 71, "line_70"),
        ("creditor", "", "line_70"),
        ("creditor", " HOA", "line_70"),
        ("creditor", "HOA\u00a0", "line_70"),
        ("creditor", "HO\x00A", "line_70"),
        ("creditor", "HO\nA", "line_70"),
        ("creditor", "HO\ud800A", "line_70"),
        ("creditor", "HO\ufffeA", "line_70"),
        ("remittance", "R" * 141, "line_140"),
        ("ultimate_creditor", "\t", "line_70"),
        ("creditor_account", Account("12 34"), "account_34"),
        ("creditor_account", Account("1" * 35), "account_34"),
        ("creditor_account", Account("1", "S" * 36), "line_35"),
        ("purpose", "GOVTX", "code_4"),
        ("amount", 0, "positive"),
        ("amount", -1, "positive"),
        ("creditor_agent", Agent(), "bic_or_member_id"),
        ("creditor_agent", Agent(bicfi="ICBV"), "bic"),
        ("creditor_agent", Agent(bicfi="ICBVVNVX", clearing_system="VNNAPAS"), "clearing_system_needs_member_id"),
    ],
)
def test_a_transfer_that_breaks_a_rule_is_refused_and_never_cut(field: str, value: Any, rule: str) -> None:
    broken = replace(TRANSFER, **{field: value})
    with pytest.raises(Unrenderable) as refusal:
        rendered([broken], control_sum=abs(broken.amount))
    assert refusal.value.rule == rule
    assert refusal.value.field in (field, "agent")


def test_a3_a_refusal_names_the_field_and_not_the_value() -> None:
    with pytest.raises(Unrenderable) as refusal:
        rendered([replace(TRANSFER, creditor="NGUYEN\nTHI HOA")])
    assert "NGUYEN" not in str(refusal.value)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"count": 2}, "count_and_sum_of_the_rows"),
        ({"control_sum": 499_999}, "count_and_sum_of_the_rows"),
        ({"created": datetime(2026, 11, 1)}, "whole_seconds_with_offset"),
        ({"created": datetime(2026, 11, 1, 0, 0, 0, 1, tzinfo=values.HANOI)}, "whole_seconds_with_offset"),
        ({"currency": "EUR"}, "one_per_message"),
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
    content = signed(*rendered([TRANSFER])).replace(b"<ChrgBr>DEBT<", b"<ChrgBr>NONE<")
    with pytest.raises(SchemaInvalid, match="schema_invalid"):
        back(content, validate=True)


@needs_schema
@pytest.mark.parametrize("validate", [True, False])
def test_m7_no_truncated_message_is_read_even_where_the_schema_is_satisfied(validate: bool) -> None:
    content = signed(*rendered([TRANSFER]))
    for size in range(0, len(content), 7):
        with pytest.raises(FormatError):
            back(content[:size], validate=validate)


@needs_schema
def test_m7_nothing_may_follow_the_message() -> None:
    content = signed(*rendered([TRANSFER]))
    for junk in (b"x", b"<a/>", b"<!-- ", content):
        with pytest.raises(Unreadable):
            back(content + junk, validate=True)


@needs_schema
def test_the_schema_wants_the_envelope_filled() -> None:
    with pytest.raises(SchemaInvalid):
        back(rendered([TRANSFER])[0], validate=True)
