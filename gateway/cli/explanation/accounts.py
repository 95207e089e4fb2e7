"""Account messages explained: as a document and as tables. Names, numbers of papers and of accounts are masked.

The sentences of a rejection are the bank's and are shown as they are, but for long numbers in them.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from formats.iso20022.acmt import Acknowledgement, Rejection, Request
from gateway.cli.explanation.spoken import Document, grouped, joined, moment, number, pairs, reasons, say_limit
from gateway.cli.explanation.values import hidden_name, hidden_number, iso, listed, reasons_of
from gateway.cli.words import N_, _
from gateway.domain.identifiers import masked

if TYPE_CHECKING:
    from formats.iso20022.acmt import Assigned
    from formats.iso20022.explain.model import Openings, VerificationRow, Verifications
    from gateway.cli.output import Output

_VERDICTS = {True: N_("confirmed"), False: N_("not confirmed"), None: N_("not said")}
_LONG_NUMBER = re.compile(r"[0-9]{6,}")


# --- as a document ---------------------------------------------------------------------------------------------


def verifications(summary: Verifications) -> Document:
    answers = [
        {"verified": kind.verified, "reasons": _reasons(kind.reasons), "count": count}
        for kind, count in summary.kinds.items()
    ]
    heads = listed("messages", summary.heads, _head)
    return {**heads, "by_answer": answers, **listed("verifications", summary.rows, _verification)}


def _head(head: Assigned) -> Document:
    return {
        "message_id": head.message_id,
        "created": iso(head.created),
        "from": joined(hidden_name(head.assigner), head.assigner_id),
        "to": joined(hidden_name(head.assignee), head.assignee_id),
        "original_message_id": head.original_message_id,
    }


def _verification(row: VerificationRow) -> Document:
    return asdict(row) | {
        "name": hidden_name(row.name),
        "account": hidden_number(row.account),
        "reasons": _reasons(row.reasons),
        "told_name": hidden_name(row.told_name),
    }


def _reasons(codes: tuple[str, ...]) -> list[dict[str, str]]:
    return reasons_of(codes, "verification_reason")


def openings(summary: Openings) -> Document:
    return listed("openings", summary.messages, _opening)


def _opening(item: Request | Acknowledgement | Rejection) -> Document:
    return {
        "message_id": item.message_id,
        "created": iso(item.created),
        "process_id": item.process_id,
        "organisation_id": item.organisation_id,
        "servicer": item.servicer,
        **_UNSAID,
        **_own(item),
    }


_UNSAID: Document = {
    **{"original_message_ids": [], "request_type": None, "status": None, "reasons": []},
    **{"organisation": None, "owner": None, "owner_id": None, "account_type": None, "accounts": []},
}


def _own(item: Request | Acknowledgement | Rejection) -> Document:
    """What only a message of its kind says."""
    if isinstance(item, Request):
        return {
            "organisation": hidden_name(item.organisation),
            "owner": hidden_name(item.owner),
            "owner_id": hidden_number(item.owner_id),
            "account_type": item.account_type,
            "accounts": [_account(item.account, item.currency)],
        }
    answer = {
        "request_type": item.request_type,
        "accounts": [_account(each.number, each.currency) for each in item.accounts],
    }
    if isinstance(item, Acknowledgement):
        return {**answer, "original_message_ids": [*item.acknowledged], "status": item.status}
    originals = [item.original_message_id] if item.original_message_id else []
    return {**answer, "original_message_ids": originals, "reasons": [_sentence(each) for each in item.reasons]}


def _account(account: str | None, currency: str | None) -> Document:
    return {"number": hidden_number(account), "currency": currency}


def _sentence(text: str) -> str:
    return _LONG_NUMBER.sub(lambda found: masked(found[0]), text)


# --- as tables -------------------------------------------------------------------------------------------------


def say_verifications(output: Output, _document: Document, summary: Document) -> None:
    for head in summary["messages"]:
        pairs(output, _told(head))
    if summary["by_answer"]:
        _say_answers(output, summary)
    else:
        output.table(
            [_("Verification"), _("Id"), _("Name"), _("Account"), _("Bank")],
            [
                [number(row), row["verification_id"] or "", row["name"] or "", row["account"] or "", row["agent"] or ""]
                for row in summary["verifications"]
            ],
            numbers=[0],
        )
    say_limit(output, len(summary["verifications"]), summary["verifications_total"])
    pairs(output, [(_("Verifications"), grouped(summary["verifications_total"]))])


def _told(head: Document) -> list[tuple[str, Any]]:
    return [
        (_("Message id"), head["message_id"]),
        (_("Created"), moment(head["created"])),
        (_("From"), head["from"]),
        (_("Addressed to"), head["to"]),
        (_("Answer to"), head["original_message_id"]),
    ]


def _say_answers(output: Output, summary: Document) -> None:
    output.table(
        [_("Verification"), _("Id"), _("Name"), _("Account"), _("Answer"), _("Reason"), _("Name at the bank")],
        [
            [number(row), row["verification_id"] or "", row["name"] or "", row["account"] or "",
             _(_VERDICTS[row["verified"]]), reasons(row["reasons"]), row["told_name"] or ""]
            for row in summary["verifications"]
        ],
        numbers=[0],
    )  # fmt: skip
    output.table(
        [_("Answer"), _("Reason"), _("Number")],
        [
            [_(_VERDICTS[each["verified"]]), reasons(each["reasons"]), grouped(each["count"])]
            for each in summary["by_answer"]
        ],
        numbers=[2],
    )


def say_openings(output: Output, _document: Document, summary: Document) -> None:
    for each in summary["openings"]:
        pairs(output, _opened(each))
    say_limit(output, len(summary["openings"]), summary["openings_total"])


def _opened(each: Document) -> list[tuple[str, Any]]:
    return [
        (_("Message id"), each["message_id"]),
        (_("Created"), moment(each["created"])),
        (_("Process"), each["process_id"]),
        (_("Answer to"), ", ".join(each["original_message_ids"])),
        (_("Kind of request"), each["request_type"]),
        (_("Status"), each["status"]),
        *((_("Refused because"), reason) for reason in each["reasons"]),
        (_("Organisation"), joined(each["organisation"], each["organisation_id"])),
        (_("Bank"), each["servicer"]),
        (_("Owner"), joined(each["owner"], each["owner_id"])),
        *((_("Account"), joined(account["number"], account["currency"])) for account in each["accounts"]),
        (_("Account type"), each["account_type"]),
    ]
