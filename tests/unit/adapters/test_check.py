"""What a partner's profile objects to, rule by rule; a message that keeps them all says nothing."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from adapters import check
from adapters.profile import BankProfile, Inbox, Limits, Outbox, Profile
from formats.iso20022.explain.model import Finding
from formats.iso20022.explain.outline import outline

OURS = "110000000001"
PROFILE: Profile = BankProfile(
    code="bank",
    name="Bank",
    bic="BANKVNVX",
    napas_bin="970000",
    short_codes=(),
    status="",
    source="",
    outbox=Outbox(folder="/in", filename="{message_id}.xml"),
    inboxes=(Inbox(folder="/o", archive="/a", pattern="*.xml", message="camt.053"),),
    limits=Limits(
        payments_per_file_max=2,
        amount_per_file_max=1_500_000,
        amount_per_payment_max=1_000_000,
        name_chars_max=20,
        remittance_chars_max=30,
    ),
    cutoff=time(15, 0),
)
AGENT = "<ClrSysMmbId><ClrSysId><Prtry>NAPAS</Prtry></ClrSysId><MmbId>970415</MmbId></ClrSysMmbId>"
TRANSFER = (
    '<CdtTrfTxInf><PmtId><EndToEndId>E1</EndToEndId></PmtId><Amt><InstdAmt Ccy="VND">500000</InstdAmt></Amt>'
    f"<CdtrAgt><FinInstnId>{AGENT}</FinInstnId></CdtrAgt><Cdtr><Nm>NGUYEN VAN AN</Nm></Cdtr>"
    "<CdtrAcct><Id><Othr><Id>123</Id></Othr></Id></CdtrAcct><Purp><Cd>SSBE</Cd></Purp>"
    "<RmtInf><Ustrd>TRO CAP THANG 11</Ustrd></RmtInf></CdtTrfTxInf>"
)
ORDER = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn><GrpHdr/><PmtInf>'
    "<BtchBookg>false</BtchBookg><PmtTpInf><CtgyPurp><Cd>SSBE</Cd></CtgyPurp></PmtTpInf>"
    f"<DbtrAcct><Id><Othr><Id>{OURS}</Id></Othr></Id></DbtrAcct><ChrgBr>DEBT</ChrgBr>"
    f"{TRANSFER}</PmtInf></CstmrCdtTrfInitn></Document>"
)
BLOCK = "/Document/CstmrCdtTrfInitn/PmtInf[1]"
PAYMENT = f"{BLOCK}/CdtTrfTxInf[1]"
STATEMENT = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Acct><Id><Othr>'
    f"<Id>{OURS}</Id></Othr></Id><Ccy>VND</Ccy></Acct></Stmt></BkToCstmrStmt></Document>"
)


def objections(content: str, profile: Profile = PROFILE, accounts: tuple[str, ...] = (OURS,)) -> list[Finding]:
    source = io.BytesIO(content.encode())
    return list(check.findings(profile, source, outline(source), accounts))


def test_a_message_that_keeps_every_rule_meets_no_objection() -> None:
    assert objections(ORDER) == []
    assert objections(STATEMENT) == []


BREACHES: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "partner-version": ("pain.001.001.09", "pain.001.001.03", "", {"got": "pain.001.001.03"}),
    "partner-payments-per-file": (TRANSFER, TRANSFER * 3, "", {"counted": 3, "allowed": 2}),
    "partner-amount-per-file": (TRANSFER, TRANSFER.replace(">500000<", ">800000<") * 2, "", {"counted": "1600000 VND"}),
    "partner-amount-per-payment": (">500000<", ">1000001<", f"{PAYMENT}/Amt/InstdAmt", {"allowed": "1000000 VND"}),
    "partner-currency": ('Ccy="VND"', 'Ccy="USD"', f"{PAYMENT}/Amt/InstdAmt", {"expected": "VND"}),
    "partner-batch-booking": (">false<", ">true<", f"{BLOCK}/BtchBookg", {"expected": "false"}),
    "partner-category-purpose": (
        *("<CtgyPurp><Cd>SSBE<", "<CtgyPurp><Cd>SUPP<", f"{BLOCK}/PmtTpInf/CtgyPurp"),
        {"allowed": "GOVT, PENS, SALA, SSBE"},
    ),
    "partner-charge-bearer": ("<ChrgBr>DEBT", "<ChrgBr>SHAR", f"{BLOCK}/ChrgBr", {"expected": "DEBT"}),
    "partner-purpose": ("<Purp><Cd>SSBE", "<Purp><Cd>BENE", f"{PAYMENT}/Purp", {}),
    "partner-name-length": ("NGUYEN VAN AN", "A" * 21, f"{PAYMENT}/Cdtr/Nm", {"length": 21, "allowed": 20}),
    "partner-name-case": ("NGUYEN VAN AN", "Nguyen Van An", f"{PAYMENT}/Cdtr/Nm", {}),
    "partner-charset": ("NGUYEN VAN AN", "NGUYỄN VĂN AN", f"{PAYMENT}/Cdtr/Nm", {"count": 2, "charset": "swift_x"}),
    "partner-remittance-length": ("TRO CAP THANG 11", "T" * 31, f"{PAYMENT}/RmtInf/Ustrd", {"length": 31}),
    "partner-agent": (AGENT, "<BICFI>OTHRVNVX</BICFI>", f"{PAYMENT}/CdtrAgt", {"expected": "NAPAS"}),
    "partner-account-scheme": (
        *("<Id>123</Id>", "<Id>123</Id><SchmeNm><Prtry>PHONE</Prtry></SchmeNm>", f"{PAYMENT}/CdtrAcct"),
        {},
    ),
    "partner-account": (OURS, "999", f"{BLOCK}/DbtrAcct", {}),
}


@pytest.mark.parametrize("rule", BREACHES)
def test_each_rule_objects_at_its_place_and_nothing_else_does(rule: str) -> None:
    old, new, path, params = BREACHES[rule]
    (found,) = objections(ORDER.replace(old, new))
    assert (found.path, found.rule) == (path, rule)
    assert params.items() <= dict(found.params).items()


def test_every_rule_of_the_tables_is_broken_once_above() -> None:
    named = {rule.name for table in (check.FILE, check.BLOCK, check.ORDER) for rule in table}
    assert named | {"partner-account"} == set(BREACHES)


@pytest.mark.parametrize("agent", ["", AGENT.replace("NAPAS", "CITAD"), "<BICFI>BANKVNVX</BICFI>" + AGENT])
def test_a_bank_that_is_named_in_another_way_is_objected_to(agent: str) -> None:
    assert [each.rule for each in objections(ORDER.replace(AGENT, agent))] == ["partner-agent"]


def test_a_partner_without_a_scheme_takes_its_own_bic_and_members_of_the_clearing() -> None:
    by_bic = replace(PROFILE, agent_scheme=None)
    own = ORDER.replace(AGENT, "<BICFI>BANKVNVXXXX</BICFI>")
    assert objections(own, by_bic) == []
    assert objections(ORDER, by_bic) == []
    assert [each.rule for each in objections(own.replace("BANKVNVXXXX", "OTHRVNVX"), by_bic)] == ["partner-agent"]


def test_accounts_at_the_partner_itself_carry_its_scheme() -> None:
    wallet = replace(PROFILE, account_scheme="PHONE", napas_bin="970415")
    assert [each.rule for each in objections(ORDER, wallet)] == ["partner-account-scheme"]
    assert (
        objections(ORDER.replace("<Id>123</Id>", "<Id>123</Id><SchmeNm><Prtry>PHONE</Prtry></SchmeNm>"), wallet) == []
    )


def test_nothing_is_said_of_accounts_when_ours_are_not_known() -> None:
    assert objections(ORDER.replace(OURS, "999"), accounts=()) == []


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        (OURS, "999", ["partner-account"]),
        ("<Ccy>VND", "<Ccy>EUR", ["partner-currency"]),
        ("camt.053.001.08", "camt.053.001.99", ["partner-version-unknown"]),
        ("camt.053.001.08", "camt.054.001.08", ["partner-no-inbox"]),
    ],
)
def test_an_answer_must_be_one_the_partner_sends_of_our_account(old: str, new: str, rules: list[str]) -> None:
    assert [each.rule for each in objections(STATEMENT.replace(old, new))] == rules


@pytest.mark.parametrize("content", ["<a/>", ORDER[:-40], "<Document xmlns='urn:x'/>"])
def test_what_cannot_be_read_ends_the_objections_quietly(content: str) -> None:
    assert all(each.rule.startswith("partner-") for each in objections(content))
