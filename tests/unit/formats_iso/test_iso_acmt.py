"""Account messages: what we write keeps the official schema and is read back, a bank's answers are read as they are."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest
from hypothesis import given, settings
from lxml import etree
from support import acmt_values as values
from support.pain001_values import SIGNATURE

from formats.errors import FormatError, Missing, SchemaInvalid, SchemaMissing, Unreadable, Unrenderable
from formats.iso20022 import acmt, schema
from formats.iso20022.pain001 import DECLARATION, Account, Address, Agent, Narrowing

needs_schemas = pytest.mark.skipif(bool(schema.missing()), reason="schemas are not installed: make schemas")
OPENING, VERIFYING = acmt.OPENING_VERSIONS[0], acmt.VERIFICATION_VERSIONS[0]
quick = settings(max_examples=40, deadline=None)


def read(content: bytes | str) -> list[acmt.Item]:
    return list(acmt.read(BytesIO(content.encode() if isinstance(content, str) else content)))


def answers(content: bytes | str) -> list[acmt.Answer]:
    return [item for item in read(content) if isinstance(item, acmt.Answer)]


# --- writing ---------------------------------------------------------------------------------------------------


@needs_schemas
@quick
@given(values.OPENINGS)
def test_m7_an_opening_request_keeps_the_schema_and_every_value_is_found_again(opening: acmt.Opening) -> None:
    content, rendered = values.opened(opening)
    assert schema.findings(BytesIO(content), OPENING) == []
    assert acmt.check(BytesIO(content), OPENING) == (rendered.sha256, rendered.values)
    (request,) = read(content)
    assert isinstance(request, acmt.Request)
    assert (request.message_id, request.process_id, request.owner, request.owner_id, request.created) == (
        *(opening.message_id, opening.process_id, opening.owner.name, opening.owner.person_id, opening.created),
    )
    assert (request.organisation, request.organisation_id) == (opening.payer.name, opening.payer.organisation_id)


@needs_schemas
@quick
@given(values.VERIFICATION_LISTS)
def test_m7_a_verification_request_keeps_the_schema_and_every_value_is_found_again(
    rows: list[acmt.Verification],
) -> None:
    content, rendered = values.asked(rows)
    assert schema.findings(BytesIO(content), VERIFYING) == []
    assert acmt.check(BytesIO(content), VERIFYING) == (rendered.sha256, rendered.values)
    head, *questions = read(content)
    assert isinstance(head, acmt.Assigned)
    assert (head.message_id, head.assigner, head.assignee_id) == ("M0000000002", values.PAYER.name, "EXMPVNVX")
    assert questions == [
        acmt.Question(
            row.verification_id,
            acmt.Subject(
                *(row.owner.name, row.owner.person_id, row.account.number, row.account.scheme),
                row.agent.bicfi or row.agent.member_id,
            ),
        )
        for row in rows
    ]


WRITTEN: list[Callable[..., Any]] = [values.opened, values.asked]


@pytest.mark.parametrize("write", WRITTEN)
def test_m5_rendering_twice_gives_the_same_canonical_bytes(write: Callable[..., Any]) -> None:
    content, rendered = write()
    assert write() == (content, rendered)
    assert rendered.sha256 == hashlib.sha256(content).digest()
    assert rendered.size_bytes == len(content)
    canonical = etree.tostring(etree.fromstring(content), method="c14n", exclusive=True)
    assert content == DECLARATION + canonical
    assert rendered.digest == hashlib.sha256(canonical).digest()


@needs_schemas
@pytest.mark.parametrize(("write", "version"), [(values.opened, OPENING), (values.asked, VERIFYING)])
def test_the_signature_stands_in_the_envelope_and_is_over_the_message_without_it(
    write: Callable[..., Any], version: str
) -> None:
    digests: list[bytes] = []
    content, rendered = write(sign=lambda digest: digests.append(digest) or SIGNATURE)  # type: ignore[func-returns-value]
    body = content.removeprefix(DECLARATION)
    assert body[rendered.signed_at :].startswith(SIGNATURE + b"</Envlp></SplmtryData></")
    assert rendered.signature_bytes == len(SIGNATURE)
    assert digests == [rendered.digest] == [hashlib.sha256(body.replace(SIGNATURE, b"")).digest()]
    assert acmt.check(BytesIO(content), version) == (rendered.sha256, rendered.values)
    assert read(content) == read(write()[0])


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"message_id": "m-1"}, "message_id", "id_35_upper_case_letters_and_digits"),
        ({"message_id": None}, "message_id", "needed"),
        ({"created": values.CREATED.replace(tzinfo=None)}, "created", "whole_seconds_with_offset"),
        ({"owner": replace(values.PERSON, name="")}, "owner.name", "line_70"),
        ({"owner": replace(values.PERSON, id_kind=None)}, "owner.id_kind", "needed"),
        ({"owner": replace(values.PERSON, person_id=None)}, "owner.person_id", "needed"),
        ({"birth": replace(values.OPENING.birth, town=None)}, "birth.town", "needed"),
        ({"mobile": "0912345678"}, "mobile", "mobile_with_country_code"),
        ({"payer": replace(values.PAYER, address=Address(town="Lạng Sơn"))}, "payer.address.country", "needed"),
        ({"payer": replace(values.PAYER, organisation_id=None)}, "payer.organisation_id", "needed"),
        ({"servicer": Agent()}, "servicer.bicfi", "needed"),
        ({"currency": "dong"}, "currency", "currency_3"),
        ({"purpose": "x" * 141}, "purpose", "line_140"),
    ],
)  # fmt: skip
def test_a_value_that_must_not_be_written_is_named_and_refused(change: dict[str, Any], field: str, rule: str) -> None:
    with pytest.raises(Unrenderable) as error:
        values.opened(replace(values.OPENING, **change))
    assert (error.value.field, error.value.rule) == (field, rule)


@pytest.mark.parametrize(
    ("rows", "field", "rule"),
    [
        ([], "verifications", "at_least_one"),
        ([values.VERIFICATION] * 2, "verification_id", "once_per_message"),
        ([*values.many(600), *values.many(1)], "verification_id", "once_per_message"),
        ([replace(values.VERIFICATION, account=Account("1 2"))], "account.number", "account_34"),
        ([replace(values.VERIFICATION, owner=acmt.Person("An\n"))], "owner.name", "line_70"),
    ],
)
def test_a_verification_that_must_not_be_asked_is_named_and_refused(
    rows: list[acmt.Verification], field: str, rule: str
) -> None:
    with pytest.raises(Unrenderable) as error:
        values.asked(rows)
    assert (error.value.field, error.value.rule) == (field, rule)


def test_a_partners_character_set_counts_for_account_messages_too() -> None:
    latin = Narrowing(charset="latin")
    with pytest.raises(Unrenderable, match="charset_latin"):
        values.asked([values.VERIFICATION], narrowing=latin)
    with pytest.raises(Unrenderable, match="charset_latin"):
        values.opened(narrowing=latin)


@pytest.mark.parametrize("write", WRITTEN)
@pytest.mark.parametrize("version", ["acmt.007.001.03", "acmt.023.001.02", "pain.001.001.09"])
def test_only_versions_with_an_official_schema_are_written(write: Callable[..., Any], version: str) -> None:
    with pytest.raises(Unrenderable, match="version"):
        write(version=version)


def test_100_000_verifications_are_written_and_read_in_bounded_memory() -> None:
    count, peaks = 100_000, [resident()]

    def watched(items: Any) -> Iterator[Any]:
        for number, item in enumerate(items):
            if number % 20_000 == 0:
                peaks.append(resident())
            yield item

    with TemporaryFile() as sink:
        rendered = acmt.render_verification(values.ASSIGNMENT, watched(values.many(count)), sink)
        sink.seek(0)
        assert sum(isinstance(item, acmt.Question) for item in watched(acmt.read(sink))) == count
    assert rendered.size_bytes > 32 << 20
    assert max(peaks) - peaks[0] < 40 << 20


def resident() -> int:
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


# --- reading back what we wrote --------------------------------------------------------------------------------


@needs_schemas
@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("<Id>V0000000002</Id>", "<Id>V0000000001</Id>", SchemaInvalid),
        ("</Assgnr>", "<Agt/></Assgnr>", SchemaInvalid),
        ("<MsgId>M0000000002</MsgId>", "", SchemaInvalid),
        ("<Vrfctn>", "<Vrfctn><Extra>1</Extra>", SchemaInvalid),
        ("</Othr></Id></Acct>", "</Othr></Id><Ccy>VND</Ccy></Acct>", SchemaInvalid),
        ("acmt.023.001.04", "acmt.023.001.02", Unreadable),
        ("acmt.023.001.04", "somebody.else", Unreadable),
        ("</Document>", "", Unreadable),
    ],
)
def test_m7_a_finished_message_that_is_not_ours_does_not_pass(old: str, new: str, error: type[FormatError]) -> None:
    content = values.asked()[0].decode()
    assert old in content
    with pytest.raises(error):
        acmt.check(BytesIO(content.replace(old, new, 1).encode()), VERIFYING)


@needs_schemas
def test_m7_a_changed_value_changes_the_digest_of_the_values() -> None:
    content, rendered = values.asked()
    changed = content.replace(b"19036112233441", b"19036112233442")
    _sha256, found = acmt.check(BytesIO(changed), VERIFYING)
    assert found != rendered.values


def test_a_version_without_schema_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "compiled", lambda name: (_ for _ in ()).throw(SchemaMissing(name)))
    with pytest.raises(SchemaMissing):
        acmt.check(BytesIO(values.asked()[0]), VERIFYING)


# --- answers of a bank, written with plain lxml ----------------------------------------------------------------


@needs_schemas
@quick
@given(values.ANSWER_LISTS)
def test_every_answer_of_a_report_is_read_as_the_bank_wrote_it(written: list[acmt.Answer]) -> None:
    content = values.report(written)
    assert schema.findings(BytesIO(content), "acmt.024.001.04") == []
    head, *found = read(content)
    assert isinstance(head, acmt.Assigned)
    assert (head.original_message_id, head.raw) == ("M0000000002", None)
    assert found == written


@quick
@given(values.ANSWER_LISTS)
def test_a_report_of_an_older_version_says_the_same(written: list[acmt.Answer]) -> None:
    assert answers(values.report(written, "acmt.024.001.02")) == written


@needs_schemas
@quick
@given(values.ACCOUNTS)
def test_an_acknowledgement_names_our_message_and_the_accounts(accounts: list[acmt.Account]) -> None:
    content = values.acknowledgement(accounts, "OPENED")
    assert schema.findings(BytesIO(content), "acmt.010.001.04") == []
    (found,) = read(content)
    assert isinstance(found, acmt.Acknowledgement)
    assert (found.acknowledged, found.process_id, found.status) == (("M0000000001",), "O0000000001", "OPENED")
    assert (found.accounts, found.problems, found.raw) == (tuple(accounts), (), None)


@needs_schemas
def test_a_rejection_names_our_message_and_every_reason() -> None:
    content = values.rejection(["Giấy tờ hết hạn", "Thiếu ngày sinh"])
    assert schema.findings(BytesIO(content), "acmt.011.001.04") == []
    (found,) = read(content)
    assert isinstance(found, acmt.Rejection)
    assert (found.original_message_id, found.process_id) == ("M0000000001", "O0000000001")
    assert (found.reasons, found.problems, found.raw) == (("Giấy tờ hết hạn", "Thiếu ngày sinh"), (), None)


def test_the_name_that_a_bank_only_repeats_is_never_taken_for_its_own() -> None:
    (answer,) = answers(values.report([acmt.Answer("V1", True, None, None, original=acmt.Subject("Nguyễn Văn An"))]))
    assert (answer.told.name, answer.original.name) == (None, "Nguyễn Văn An")


@pytest.mark.parametrize(("text", "verdict"), [("true", True), ("1", True), ("false", False), ("0", False)])
def test_the_four_spellings_of_yes_and_no_are_read(text: str, verdict: bool) -> None:
    content = values.report([acmt.Answer("V1", None, None, None)]).replace(
        b"<Rpt>", f"<Rpt><Vrfctn>{text}</Vrfctn>".encode()
    )
    assert [answer.verified for answer in answers(content)] == [verdict]


@pytest.mark.parametrize(
    "text", ["", "<Vrfctn>yes</Vrfctn>", "<Vrfctn/>", "<Vrfctn>true</Vrfctn><Vrfctn>false</Vrfctn>"]
)
def test_an_answer_that_says_neither_yes_nor_no_is_a_problem_and_confirms_nothing(text: str) -> None:
    content = values.report([acmt.Answer("V1", None, None, None)]).replace(b"<Rpt>", f"<Rpt>{text}".encode())
    assert [(each.verified, each.problems) for each in answers(content)] == [(None, ("verdict_unreadable",))]


def test_a_second_answer_to_one_question_stays_and_is_a_problem() -> None:
    found = answers(values.report([acmt.Answer("V1", True, None, None), acmt.Answer("V1", False, None, None)]))
    assert [(each.verified, each.problems) for each in found] == [(True, ()), (False, ("id_twice",))]


def test_a_code_that_no_set_knows_stays_as_it_is() -> None:
    (answer,) = answers(values.report([acmt.Answer("V1", False, "ZZ99", None)]))
    assert (answer.code, answer.problems) == ("ZZ99", ())


def test_an_answer_to_a_request_of_no_known_kind_is_a_problem() -> None:
    (found,) = read(values.acknowledgement(kind="ELSE"))
    assert isinstance(found, acmt.Acknowledgement)
    assert (found.request_type, found.problems) == ("ELSE", ("request_type_unknown",))


@pytest.mark.parametrize("content", [values.acknowledgement(), values.rejection(["x"]), values.report([])], ids=str)
def test_a_time_that_cannot_be_read_is_a_problem(content: bytes) -> None:
    text = content.decode().replace("2026-12-01T", "1/12/2026 ")
    found = read(text)[0]
    assert not isinstance(found, acmt.Question | acmt.Answer)
    assert (found.created, found.problems) == (None, ("date_time_unreadable",))


@pytest.mark.parametrize(
    ("content", "old", "new"),
    [
        (values.acknowledgement(), "<ReqTp>", "<AttchdDocNm>scan.pdf</AttchdDocNm><ReqTp>"),
        (values.rejection(["x"]), "<PrcId>", "<AttchdDocNm>scan.pdf</AttchdDocNm><PrcId>"),
        (values.report([acmt.Answer("V1", True, None, None)]), "</Rpt>", "<New>1</New></Rpt>"),
        (values.report([acmt.Answer("V1", True, None, None, acmt.Subject("A"))]), "<Nm>A</Nm>", "<Nm>A</Nm><Nm>B</Nm>"),
        (values.acknowledgement([acmt.Account("1", None, "VND")]), "<Ccy>", "<Tp>x</Tp><Ccy>"),
    ],
    ids=["acknowledgement", "rejection", "report", "two names", "account"],
)  # fmt: skip
def test_nothing_of_an_answer_is_dropped(content: bytes, old: str, new: str) -> None:
    text = content.decode()
    assert old in text
    item = read(text.replace(old, new, 1))[-1]
    assert not isinstance(item, acmt.Request)
    assert item.raw is not None
    assert etree.fromstring(item.raw) is not None


@pytest.mark.parametrize(
    ("content", "old", "expected"),
    [
        (values.report([acmt.Answer("V1", True, None, None)]), "Assgnmt>", "Document/IdVrfctnRpt/Assgnmt"),
        (values.asked()[0], "Assgnmt>", "Document/IdVrfctnReq/Assgnmt"),
        (values.acknowledgement(), "Refs>", "Document/AcctReqAck/Refs"),
        (values.rejection(["x"]), "Refs>", "Document/AcctReqRjctn/Refs"),
        (values.opened()[0], "Refs>", "Document/AcctOpngReq/Refs"),
        (values.opened()[0], "AcctOpngReq>", "Document/AcctOpngReq"),
    ],
)
def test_a_message_without_its_head_says_what_was_expected_where(content: bytes, old: str, expected: str) -> None:
    with pytest.raises(Missing) as error:
        read(content.decode().replace(f"<{old}", f"<X{old}").replace(f"</{old}", f"</X{old}"))
    assert error.value.params == {"expected": expected, "got": "none"}


@pytest.mark.parametrize("version", ["pain.002.001.12", "acmt.001.001.08", "somebody"])
def test_another_message_is_refused_with_its_name(version: str) -> None:
    with pytest.raises(Unreadable):
        read(values.report([]).decode().replace("acmt.024.001.04", version))


@pytest.mark.parametrize("rows", [1, 3000])
def test_a_truncated_report_ends_with_an_error(rows: int) -> None:
    content = values.report([acmt.Answer(f"V{number}", True, None, None) for number in range(rows)])
    with pytest.raises(Unreadable, match="not_well_formed"):
        read(content[: content.rindex(b"</Rpt>")])


def test_two_reports_in_one_file_are_told_one_after_the_other() -> None:
    one = values.report([acmt.Answer("V1", True, None, None)]).decode().partition("?>")[2]
    kinds = [type(item) for item in read(f"<E>{one}{one}</E>")]
    assert kinds == [acmt.Assigned, acmt.Answer] * 2
    assert all(not each.problems for each in answers(f"<E>{one}{one}</E>"))


# --- the older versions of the registration authority ----------------------------------------------------------

TOLD = acmt.Answer("V1", True, None, None, acmt.Subject("A", None, "1"))
FOLDER = Path(__file__).parents[4] / "shared" / "data" / "xsd"


@pytest.mark.parametrize(
    ("version", "content"),
    [
        ("acmt.024.001.02", values.report([TOLD], "acmt.024.001.02")),
        ("acmt.010.001.03", values.acknowledgement([acmt.Account("1", None, "VND")], "X", "acmt.010.001.03")),
        ("acmt.011.001.03", values.rejection(["x"], "acmt.011.001.03")),
    ],
)  # fmt: skip
def test_the_answers_of_older_versions_that_are_read_keep_their_schema(version: str, content: bytes) -> None:
    path = FOLDER / f"{version}.xsd"
    if not path.exists():
        pytest.skip("the schemas of the shared data are absent")
    assert etree.XMLSchema(etree.parse(path)).validate(etree.fromstring(content))
