"""Lists of accounts, brought to a gateway."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from lxml import etree
from support.gateways import PAYER, Gateway

from gateway.usecases.accounts.answer import Taken, take
from gateway.usecases.accounts.importing import Imported, Request, import_accounts
from gateway.usecases.accounts.opened import Opened
from gateway.usecases.accounts.opened import take as take_opened
from gateway.usecases.accounts.opening import ask as ask_opening
from gateway.usecases.accounts.request import ask

_HEADINGS = {
    "beneficiary_id": "Số CCCD",
    "name": "Họ và tên",
    "account": "Số tài khoản",
    "bank": "Ngân hàng",
    "payee_name": "Người nhận thay",
    "relation": "Quan hệ",
}


def account_of(number: int, **changes: str) -> dict[str, str]:
    """Of ``support.roster.man``, another one than the roster has."""
    row = {
        "beneficiary_id": f"00104500{number:04d}",
        "name": f"Nguyễn Văn {'ABCDEFGHIK'[number % 10]}",
        "account": f"2200{number:08d}",
        "bank": "vietinbank",
    }
    return row | changes


def list_of(*rows: dict[str, str]) -> io.BytesIO:
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row)) or list(_HEADINGS)
    writer = csv.writer(text)
    writer.writerow(_HEADINGS[name] for name in names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return io.BytesIO(text.getvalue().encode())


def collected(gateway: Gateway, *rows: dict[str, str], origin: str = "vneid", bank: str = "") -> Imported:
    return import_accounts(gateway.context, Request(list_of(*rows), "accounts.csv", PAYER, origin, "maker", bank))


def asked(gateway: Gateway, partner: str = "vietinbank") -> bytes:
    """The request to a partner about everything that it has not confirmed."""
    sink = io.BytesIO()
    ask(gateway.context, PAYER, partner, "maker", sink)
    return sink.getvalue()


def questions(request: bytes) -> list[dict[str, str]]:
    """What an acmt.023 asks, as somebody else reads it."""
    root = etree.fromstring(request)
    found = []
    for each in root.iterfind(".//{*}Vrfctn"):
        about = each.find("{*}PtyAndAcctId")
        found.append(
            {
                "question": each.findtext("{*}Id"),
                "owner": about.findtext("{*}Pty/{*}Nm"),
                "account": about.findtext("{*}Acct/{*}Id/{*}Othr/{*}Id") or about.findtext("{*}Acct/{*}Othr/{*}Id"),
                "verdict": "true",
                "known_owner": about.findtext("{*}Pty/{*}Nm"),
                "known_account": "",
            }
        )
    return found


def message_id(request: bytes) -> str:
    return str(etree.fromstring(request).findtext(".//{*}Assgnmt/{*}MsgId"))


def message(original: str, rows: Sequence[Mapping[str, str]], day: str) -> bytes:
    """An acmt.024."""
    reports = "".join(
        f"<Rpt><OrgnlId>{row['question']}</OrgnlId><Vrfctn>{row['verdict']}</Vrfctn>"
        f"<OrgnlPtyAndAcctId><Pty><Nm>{row['owner']}</Nm></Pty>{_account(row['account'])}</OrgnlPtyAndAcctId>"
        f"<UpdtdPtyAndAcctId><Pty><Nm>{row['known_owner']}</Nm></Pty>{_account(row['known_account'])}"
        "</UpdtdPtyAndAcctId></Rpt>"
        for row in rows
    )
    head = f"<Assgnmt><MsgId>R1</MsgId><CreDtTm>{day}T10:00:00+07:00</CreDtTm></Assgnmt>"
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:acmt.024.001.04"><IdVrfctnRpt>'
        f"{head}<OrgnlAssgnmt><MsgId>{original}</MsgId></OrgnlAssgnmt>{reports}</IdVrfctnRpt></Document>"
    ).encode()


def _account(number: str) -> str:
    return f"<Acct><Id><Othr><Id>{number}</Id></Othr></Id></Acct>" if number else ""


def told(gateway: Gateway, request: bytes, rows: Sequence[Mapping[str, str]]) -> Taken:
    """The bank's answer, of today, as a message."""
    content = message(message_id(request), rows, gateway.context.today().isoformat())
    return brought(gateway, content, "answer.xml")


def brought(gateway: Gateway, content: bytes, name: str, partner: str = "vietinbank") -> Taken:
    return take(gateway.context, partner, io.BytesIO(content), name, "maker")


def listed_answer(gateway: Gateway, request: bytes, partner: str, **changes: str) -> bytes:
    """The partner's own list, which confirms everybody."""
    layout = gateway.context.partner(partner).profile.account_list
    names = {heading: name for name, heading in layout.asked.items()}
    rows = [
        {names[heading]: value for heading, value in row.items()}
        for row in csv.DictReader(io.StringIO(request.decode("utf-8-sig")))
    ]
    more = {"answered_on": gateway.context.today().isoformat(), "result": "00", "known_owner": ""} | changes
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(layout.answered.values())
    writer.writerows([(row | more).get(name, "") for name in layout.answered] for row in rows)
    return text.getvalue().encode()


class Folder:
    """Where requests to open accounts are written: name -> bytes."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    @contextmanager
    def new(self, name: str) -> Iterator[io.BytesIO]:
        sink = io.BytesIO()
        yield sink
        self.files[name] = sink.getvalue()


def wanted(gateway: Gateway, partner: str = "vietinbank") -> dict[str, bytes]:
    """The requests to open accounts for people who have none."""
    folder = Folder()
    ask_opening(gateway.context, PAYER, partner, "maker", folder.new)
    return folder.files


def process_id(request: bytes) -> str:
    return str(etree.fromstring(request).findtext(".//{*}Refs/{*}PrcId/{*}Id"))


def acknowledged(question: str, day: str, account: str = "") -> bytes:
    """An acmt.010; with an account it is opened."""
    number = f"<AcctId><Id><Othr><Id>{account}</Id></Othr></Id></AcctId>" if account else ""
    return _of_opening("acmt.010.001.04", "AcctReqAck", "<ReqTp>OPEN</ReqTp>", question, day, number)


def rejected(question: str, day: str) -> bytes:
    """An acmt.011."""
    reason = "<RjctdReqTp>OPEN</RjctdReqTp><RjctnRsn>Thiếu ngày sinh</RjctnRsn>"
    return _of_opening("acmt.011.001.04", "AcctReqRjctn", reason, question, day, "")


def _of_opening(version: str, root: str, told: str, question: str, day: str, number: str) -> bytes:
    moment = f"<CreDtTm>{day}T09:00:00+07:00</CreDtTm>"
    references = f"<MsgId><Id>R1</Id>{moment}</MsgId><PrcId><Id>{question}</Id>{moment}</PrcId>"
    return (
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}"><{root}>'
        f"<Refs>{told}{references}</Refs>{number}</{root}></Document>"
    ).encode()


def opened(gateway: Gateway, content: bytes, name: str = "answer.xml", partner: str = "vietinbank") -> Opened:
    return take_opened(gateway.context, partner, io.BytesIO(content), name, "maker")
