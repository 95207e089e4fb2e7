"""Values of account messages: plain examples, strategies, and a bank's answers written with plain lxml."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

from hypothesis import strategies as st
from lxml import etree

from formats.iso20022 import acmt
from formats.iso20022.pain001 import Account, Address, Agent, Party, Rendered

HANOI = timezone(timedelta(hours=7))
CREATED = datetime(2026, 12, 1, 9, tzinfo=HANOI)
PAYER = Party("UBND xã Mẫu Sơn", "0123456789", address=Address(town="Lạng Sơn", country="VN"))
BANK = Agent(bicfi="EXMPVNVX")
PERSON = acmt.Person("H'Blang Ksor", "066190000001", "NIDN")

OPENING = acmt.Opening(
    message_id="M0000000001",
    created=CREATED,
    process_id="O0000000001",
    process_created=CREATED,
    payer=PAYER,
    servicer=BANK,
    owner=PERSON,
    currency="VND",
    account_type="CACC",
    birth=acmt.Birth(date(1990, 2, 28), "Buôn Ma Thuột", "VN"),
    mobile="+84-912345678",
    purpose="Trợ cấp xã hội & hưu trí",
    agreement="HD-2026/01",
    wanted_by=date(2026, 12, 20),
)
ASSIGNMENT = acmt.Assignment("M0000000002", CREATED, PAYER, BANK)
VERIFICATION = acmt.Verification("V0000000001", PERSON, Account("19036112233441"), Agent(None, "970400", "NAPAS"))
VERIFICATIONS = [
    VERIFICATION,
    acmt.Verification("V0000000002", acmt.Person("Đào Thị <Dung>"), Account("0912345678", "MSISDN")),
]


def opened(opening: acmt.Opening = OPENING, **options: Any) -> tuple[bytes, Rendered]:
    sink = BytesIO()
    done = acmt.render_opening(opening, sink, **options)
    return sink.getvalue(), done


def asked(rows: Iterable[acmt.Verification] = VERIFICATIONS, **options: Any) -> tuple[bytes, Rendered]:
    sink = BytesIO()
    done = acmt.render_verification(ASSIGNMENT, rows, sink, **options)
    return sink.getvalue(), done


def many(count: int) -> Iterator[acmt.Verification]:
    for number in range(count):
        yield replace(VERIFICATION, verification_id=f"V{number:010d}")


# --- strategies ------------------------------------------------------------------------------------------------

_LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyAĐÔ"
NAMES = st.lists(st.text(_LETTERS, min_size=1, max_size=6), min_size=1, max_size=5).map(" ".join)
IDS = st.text("ABCXYZ0189", min_size=1, max_size=35)
NUMBERS = st.text("0123456789ABxyz", min_size=1, max_size=34)
AGENTS = st.sampled_from([BANK, Agent(member_id="970400", clearing_system="NAPAS"), Agent(member_id="1")])
PERSONS = st.builds(acmt.Person, NAMES) | st.builds(
    acmt.Person, NAMES, st.text("0123456789", min_size=1, max_size=35), st.sampled_from(["NIDN", "CCPT"])
)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=HANOI)
)
PAYERS = st.builds(Party, NAMES, NUMBERS, address=st.just(PAYER.address))
_DAYS = st.dates(date(1900, 1, 1), date(2090, 1, 1))
OPENINGS = st.builds(
    acmt.Opening,
    message_id=IDS,
    created=MOMENTS,
    process_id=IDS,
    process_created=MOMENTS,
    payer=PAYERS,
    servicer=AGENTS,
    owner=PERSONS,
    currency=st.just("VND"),
    account_type=st.sampled_from(["CACC", "TRAN"]),
    birth=st.just(acmt.Birth())
    | st.builds(acmt.Birth, _DAYS, NAMES.filter(lambda name: len(name) <= 35), st.just("VN")),
    mobile=st.none() | st.just("+84-912345678"),
    purpose=st.none() | NAMES,
    agreement=st.none() | NUMBERS,
    wanted_by=st.none() | _DAYS,
)
VERIFICATION_LISTS = st.lists(
    st.builds(
        acmt.Verification,
        IDS,
        PERSONS,
        st.builds(Account, NUMBERS, st.none() | st.just("MSISDN")),
        st.just(Agent()) | AGENTS,
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda row: row.verification_id,
)


# --- a bank's answers ------------------------------------------------------------------------------------------


def _add(parent: etree._Element, path: str, text: str | None) -> etree._Element:
    """The element at the path below the parent, made where it is missing, the last one always."""
    if text is None:
        return parent
    *names, last = path.split("/")
    for name in names:
        found = parent.find(f"{{*}}{name}")
        parent = etree.SubElement(parent, _named(parent, name)) if found is None else found
    element = etree.SubElement(parent, _named(parent, last))
    element.text = text or None
    return element


def _named(parent: etree._Element, name: str) -> str:
    return f"{{{etree.QName(parent).namespace}}}{name}"


def _document(version: str, root: str) -> tuple[etree._Element, etree._Element]:
    namespace = f"urn:iso:std:iso:20022:tech:xsd:{version}"
    document = etree.Element(f"{{{namespace}}}Document", nsmap={None: namespace})
    return document, etree.SubElement(document, f"{{{namespace}}}{root}")


def _bytes(document: etree._Element) -> bytes:
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def report(answers: Iterable[acmt.Answer], version: str = "acmt.024.001.04") -> bytes:
    """An acmt.024 with these answers."""
    document, root = _document(version, "IdVrfctnRpt")
    _add(root, "Assgnmt/MsgId", "R0000000001")
    _add(root, "Assgnmt/CreDtTm", "2026-12-01T10:00:00+07:00")
    _add(root, "Assgnmt/Assgnr/Agt/FinInstnId/BICFI", "EXMPVNVX")
    _add(root, "Assgnmt/Assgne/Pty/Nm", PAYER.name)
    _add(root, "OrgnlAssgnmt/MsgId", ASSIGNMENT.message_id)
    for each in answers:
        row = _add(root, "Rpt", "")
        _add(row, "OrgnlId", each.original_verification_id)
        _add(row, "Vrfctn", None if each.verified is None else random.Random(each.code).choice(_SPELLED[each.verified]))
        _add(row, "Rsn/Cd", each.code)
        _add(row, "Rsn/Prtry", each.proprietary)
        _subject(row, "OrgnlPtyAndAcctId", each.original, version)
        _subject(row, "UpdtdPtyAndAcctId", each.told, version)
    return _bytes(document)


_SPELLED = {True: ("true", "1"), False: ("false", "0")}


def _subject(row: etree._Element, path: str, subject: acmt.Subject, version: str) -> None:
    account = f"{path}/Acct/Id" if version > "acmt.024.001.03" else f"{path}/Acct"
    _add(row, f"{path}/Pty/Nm", subject.name)
    _add(row, f"{path}/Pty/Id/PrvtId/Othr/Id", subject.person_id)
    _add(row, f"{account}/Othr/Id", subject.account)
    _add(row, f"{account}/Othr/SchmeNm/Prtry", subject.account_scheme)
    _add(row, f"{path}/Agt/FinInstnId/BICFI", subject.agent)


def acknowledgement(
    accounts: Iterable[acmt.Account] = (),
    status: str | None = None,
    version: str = "acmt.010.001.04",
    kind: str = "OPEN",
) -> bytes:
    """An acmt.010 to the opening request."""
    document, root = _document(version, "AcctReqAck")
    _add(root, "Refs/ReqTp", kind)
    _references(root)
    _add(root, "Refs/AckdMsgId/Id", OPENING.message_id)
    _add(root, "Refs/AckdMsgId/CreDtTm", CREATED.isoformat())
    _add(root, "Refs/Sts", status)
    for each in accounts:
        row = _add(root, "AcctId", "")
        _add(row, "Id/Othr/Id", each.number)
        _add(row, "Id/Othr/SchmeNm/Prtry", each.scheme)
        _add(row, "Ccy", each.currency)
    _add(root, "OrgId/Othr/Id", PAYER.organisation_id)
    _add(root, "AcctSvcrId/FinInstnId/BICFI", BANK.bicfi)
    return _bytes(document)


def rejection(reasons: Iterable[str], version: str = "acmt.011.001.04") -> bytes:
    """An acmt.011 to the opening request."""
    document, root = _document(version, "AcctReqRjctn")
    _add(root, "Refs/RjctdReqTp", "OPEN")
    for each in reasons:
        _add(root, "Refs/RjctnRsn", each)
    _add(root, "Refs/RjctdReqId/Id", OPENING.message_id)
    _add(root, "Refs/RjctdReqId/CreDtTm", CREATED.isoformat())
    _references(root)
    _add(root, "AcctSvcrId/FinInstnId/BICFI", BANK.bicfi)
    _add(root, "OrgId/Othr/Id", PAYER.organisation_id)
    return _bytes(document)


def _references(root: etree._Element) -> None:
    for name, number in (("MsgId", "R0000000002"), ("PrcId", OPENING.process_id)):
        _add(root, f"Refs/{name}/Id", number)
        _add(root, f"Refs/{name}/CreDtTm", CREATED.isoformat())


TEXTS = st.text(_LETTERS + "* 0", min_size=1, max_size=20).map(str.strip).filter(bool)
SUBJECTS = st.builds(
    acmt.Subject,
    st.none() | TEXTS,
    st.none() | st.text("0123456789", min_size=1, max_size=12),
    st.none() | NUMBERS,
    st.none(),
    st.sampled_from([None, "EXMPVNVX"]),
)
ANSWER_LISTS = st.lists(
    st.builds(
        acmt.Answer,
        IDS,
        st.booleans(),
        st.sampled_from([None, "PN01", "AC01"]),
        st.none(),
        SUBJECTS,
        SUBJECTS,
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda answer: answer.original_verification_id,
)
ACCOUNTS = st.lists(st.builds(acmt.Account, NUMBERS, st.none() | st.just("MSISDN"), st.just("VND")), max_size=3)
