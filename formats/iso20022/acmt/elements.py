"""Every element of the account messages that we may write, in the order of the schema, like ``pain001.elements``.

Read them beside the message definition reports of acmt.007.001.05 and acmt.023.001.04. The standard means organisations
when it opens accounts: the payer is the organisation, the person is the main holder of the mandate, and the account
bears the person's name. Whether a bank takes that is to be confirmed with it.
"""

from __future__ import annotations

from datetime import date

from formats.iso20022.pain001 import rules
from formats.iso20022.pain001.elements import ALWAYS, Element, account, address, agent, party
from formats.iso20022.pain001.rules import Rule


def _write_day(value: date | None, _currency: str) -> str | None:
    return value.isoformat() if value else None


_DAY = Rule("day", "[0-9-]{10}", _write_day)
_MOBILE = Rule("mobile_with_country_code", r"\+[0-9]{1,3}-[0-9]{1,30}")
_HOLDER = "Org/MainMndtHldr"


def _person(path: str) -> tuple[Element, ...]:
    """An identification of a person always says of which kind it is."""
    return (
        Element(f"{path}/Othr/Id", "owner.person_id", rules.LABEL, needed_with="owner.id_kind"),
        Element(f"{path}/Othr/SchmeNm/Cd", "owner.id_kind", rules.CODE, needed_with="owner.person_id"),
    )


OPENING = (
    Element("Refs/MsgId/Id", "message_id", rules.ID, ALWAYS),
    Element("Refs/MsgId/CreDtTm", "created", rules.MOMENT, ALWAYS),
    Element("Refs/PrcId/Id", "process_id", rules.ID, ALWAYS),
    Element("Refs/PrcId/CreDtTm", "process_created", rules.MOMENT, ALWAYS),
    Element("Acct/Nm", "owner.name", rules.NAME, ALWAYS),
    Element("Acct/Tp/Cd", "account_type", rules.CODE, ALWAYS),
    Element("Acct/Ccy", "currency", rules.CURRENCY, ALWAYS),
    Element("Acct/AcctPurp", "purpose", rules.REMITTANCE),
    Element("CtrctDts/TrgtGoLiveDt", "wanted_by", _DAY),
    Element("UndrlygMstrAgrmt/Ref", "agreement", rules.LABEL),
    *agent("AcctSvcrId", "servicer", ALWAYS),
    Element("Org/FullLglNm", "payer.name", rules.NAME, ALWAYS),
    Element("Org/CtryOfOpr", "payer.address.country", rules.COUNTRY, ALWAYS),
    *address("Org/LglAdr", "payer.address"),
    Element("Org/OrgId/Othr/Id", "payer.organisation_id", rules.LABEL, ALWAYS),
    Element(f"{_HOLDER}/Nm", "owner.name", rules.NAME, ALWAYS),
    Element(f"{_HOLDER}/Id/DtAndPlcOfBirth/BirthDt", "birth.date", _DAY, "birth"),
    Element(f"{_HOLDER}/Id/DtAndPlcOfBirth/CityOfBirth", "birth.town", rules.LABEL, "birth"),
    Element(f"{_HOLDER}/Id/DtAndPlcOfBirth/CtryOfBirth", "birth.country", rules.COUNTRY, "birth"),
    *_person(f"{_HOLDER}/Id"),
    Element(f"{_HOLDER}/CtctDtls/MobNb", "mobile", _MOBILE),
)
"""AcctOpngReq."""

ASSIGNMENT = (
    Element("MsgId", "message_id", rules.ID, ALWAYS),
    Element("CreDtTm", "created", rules.MOMENT, ALWAYS),
    *party("Assgnr/Pty", "assigner", ALWAYS),
    *agent("Assgne/Agt", "assignee", ALWAYS),
)
"""Assgnmt."""

VERIFICATION = (
    Element("Id", "verification_id", rules.ID, ALWAYS),
    Element("PtyAndAcctId/Pty/Nm", "owner.name", rules.NAME, ALWAYS),
    *_person("PtyAndAcctId/Pty/Id/PrvtId"),
    *account("PtyAndAcctId/Acct", "account"),
    *agent("PtyAndAcctId/Agt", "agent"),
)
"""Vrfctn."""

OPENING_VERSIONS = ("acmt.007.001.05",)
VERIFICATION_VERSIONS = ("acmt.023.001.04",)
"""The versions we write."""
