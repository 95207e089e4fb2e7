"""Where the values of account messages stand, in every version; the best path first."""

from __future__ import annotations

from formats.iso20022.picking import Content, Table


def _each(around: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{around}/{name}" for name in names)


_INSTITUTION = _each("FinInstnId", "BICFI", "BIC", "ClrSysMmbId/MmbId", "Othr/Id")
_BESIDE = _each("FinInstnId", "ClrSysMmbId/ClrSysId/Prtry", "ClrSysMmbId/ClrSysId/Cd", "Nm")
"""What may stand beside the identification of a bank; the bank is known without it."""
_ORGANISATION = ("AnyBIC", "BICOrBEI", "LEI", "Othr/Id")
_END = ("Pty/Nm",)
_END_ID = (*_each("Agt", *_INSTITUTION), *_each("Pty/Id/OrgId", *_ORGANISATION))
_NUMBER = ("IBAN", "Othr/Id")
_SCHEME = ("Othr/SchmeNm/Prtry", "Othr/SchmeNm/Cd")


def _number(around: str) -> tuple[str, ...]:
    """Of an account, and of the bare identification that stands in its place up to acmt.023.001.03."""
    return (*_each(f"{around}/Id", *_NUMBER), *_each(around, *_NUMBER))


def _scheme(around: str) -> tuple[str, ...]:
    return (*_each(f"{around}/Id", *_SCHEME), *_each(around, *_SCHEME))


def _subject(around: str) -> dict[str, tuple[str, ...]]:
    """PtyAndAcctId: a person and an account, in what is asked, repeated or told."""
    return {
        "name": _each(around, "Pty/Nm", "Acct/Nm"),
        "person_id": _each(f"{around}/Pty/Id", "PrvtId/Othr/Id", *_each("OrgId", *_ORGANISATION)),
        "account": _number(f"{around}/Acct"),
        "account_scheme": _scheme(f"{around}/Acct"),
        "agent": _each(f"{around}/Agt", *_INSTITUTION),
    }


# --- acmt.023, acmt.024 ----------------------------------------------------------------------------------------

ASSIGNMENT: Table = {
    "message_id": ("MsgId",),
    "assigner": _each("Assgnr", *_END),
    "assigner_id": _each("Assgnr", *_END_ID),
    "assignee": _each("Assgne", *_END),
    "assignee_id": _each("Assgne", *_END_ID),
}
ORIGINAL_ASSIGNMENT: Table = {"original_message_id": ("MsgId",)}
SUBJECT: dict[str, Table] = {
    path: _subject(path) for path in ("PtyAndAcctId", "OrgnlPtyAndAcctId", "UpdtdPtyAndAcctId")
}
QUESTION: Table = {"verification_id": ("Id",), **SUBJECT["PtyAndAcctId"]}
ANSWER: Table = {
    "original_verification_id": ("OrgnlId",),
    "code": ("Rsn/Cd",),
    "proprietary": ("Rsn/Prtry",),
}
VERDICT = "Vrfctn"


def _known(*paths: str) -> Table:
    """Read by nobody, and nothing that anybody could miss."""
    return {path: (path,) for path in paths}


_SAID = [
    _known(f"{path}/Pty/Id/PrvtId/Othr/SchmeNm/Cd", *_each(f"{path}/Agt", *_BESIDE), f"{path}/Acct/Ccy")
    for path in SUBJECT
]
ASSIGNMENT_CONTENT = Content(
    ASSIGNMENT,
    {"created": ("CreDtTm",)},
    _known(*_each("Assgnr/Agt", *_BESIDE), *_each("Assgne/Agt", *_BESIDE)),
    apart=("Assgnr/Pty/PstlAdr", "Assgne/Pty/PstlAdr"),
)
QUESTION_CONTENT = Content(QUESTION, *_SAID)
ANSWER_CONTENT = Content(
    ANSWER, SUBJECT["OrgnlPtyAndAcctId"], SUBJECT["UpdtdPtyAndAcctId"], *_SAID, {"verified": (VERDICT,)}
)

# --- acmt.007, acmt.010, acmt.011 ------------------------------------------------------------------------------

_REFERENCES: Table = {"message_id": ("Refs/MsgId/Id",), "process_id": ("Refs/PrcId/Id",)}
_BETWEEN: Table = {
    "organisation_id": _each("OrgId", *_ORGANISATION),
    "servicer": _each("AcctSvcrId", *_INSTITUTION),
}
REQUEST: Table = {
    **_REFERENCES,
    "organisation": ("Org/FullLglNm",),
    "organisation_id": _each("Org/OrgId", *_ORGANISATION),
    "servicer": _each("AcctSvcrId", *_INSTITUTION),
    "owner": ("Org/MainMndtHldr/Nm", "Acct/Nm"),
    "owner_id": ("Org/MainMndtHldr/Id/Othr/Id",),
    "account": _number("Acct"),
    "account_type": ("Acct/Tp/Cd", "Acct/Tp/Prtry"),
    "currency": ("Acct/Ccy",),
}
ACKNOWLEDGEMENT: Table = {**_REFERENCES, **_BETWEEN, "request_type": ("Refs/ReqTp",), "status": ("Refs/Sts",)}
REJECTION: Table = {
    **_REFERENCES,
    **_BETWEEN,
    "request_type": ("Refs/RjctdReqTp",),
    "original_message_id": ("Refs/RjctdReqId/Id",),
}
ACCOUNT: Table = {"number": _each("Id", *_NUMBER), "scheme": _each("Id", *_SCHEME), "currency": ("Ccy",)}
REASONS = "Refs/RjctnRsn"
ACKNOWLEDGED = "Refs/AckdMsgId"

_TIMES: Table = {path: (f"Refs/{path}/CreDtTm",) for path in ("MsgId", "PrcId", "RjctdReqId")}
_SENDER: Table = {"sender": _each("Fr", *_ORGANISATION), **_known(*_each("AcctSvcrId", *_BESIDE))}
ACCOUNT_CONTENT = Content(ACCOUNT)
ACKNOWLEDGEMENT_CONTENT = Content(ACKNOWLEDGEMENT, _TIMES, _SENDER, apart=("AcctId", ACKNOWLEDGED))
REJECTION_CONTENT = Content(REJECTION, _TIMES, _SENDER, several=(REASONS,), apart=("AcctId",))
