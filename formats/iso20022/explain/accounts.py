"""What account messages say: whose account is asked for or confirmed, and what became of an opening request."""

from __future__ import annotations

from typing import BinaryIO

from formats.iso20022 import acmt
from formats.iso20022.acmt import Acknowledgement, Answer, Assigned, Question, Rejection, Request
from formats.iso20022.explain.counting import Counting
from formats.iso20022.explain.model import Openings, Rows, VerificationKind, VerificationRow, Verifications

_KINDS_MAX = 1000
"""Answers with still other reasons are counted without them."""


def summarise_verifications(source: BinaryIO, counting: Counting) -> Verifications:
    """acmt.023 and acmt.024. Never raises for content."""
    summary = Verifications(Rows(counting.limit), Rows(counting.limit))
    for item in counting.readable(acmt.read(source)):
        if isinstance(item, Assigned):
            counting.findings.problems(counting.outline.place("Assgnmt", summary.heads.count), item.problems)
            summary.heads.add(item)
        elif isinstance(item, Question):
            counting.findings.problems(counting.outline.place("Vrfctn", summary.rows.count), item.problems)
            summary.rows.add(_question(item, summary.rows.count))
        elif isinstance(item, Answer):
            counting.findings.problems(counting.outline.place("Rpt", summary.rows.count), item.problems)
            _add_answer(summary, item)
    return summary


def _question(item: Question, ordinal: int) -> VerificationRow:
    asked = item.subject
    return VerificationRow(ordinal, item.verification_id, asked.name, asked.account, asked.agent)


def _add_answer(summary: Verifications, item: Answer) -> None:
    reasons = tuple(code for code in (item.code, item.proprietary) if code)
    summary.rows.add(
        VerificationRow(
            ordinal=summary.rows.count,
            verification_id=item.original_verification_id,
            name=item.original.name,
            account=item.told.account or item.original.account,
            agent=item.told.agent or item.original.agent,
            verified=item.verified,
            reasons=reasons,
            told_name=item.told.name,
        )
    )
    kind = VerificationKind(item.verified, reasons)
    if kind not in summary.kinds and len(summary.kinds) >= _KINDS_MAX:
        kind = VerificationKind(item.verified, ())
    summary.kinds[kind] = summary.kinds.get(kind, 0) + 1


def summarise_openings(source: BinaryIO, counting: Counting) -> Openings:
    """acmt.007, acmt.010 and acmt.011. Never raises for content."""
    summary = Openings(Rows(counting.limit))
    for item in counting.readable(acmt.read(source)):
        if isinstance(item, Request | Acknowledgement | Rejection):
            counting.findings.problems(counting.outline.place("Refs", summary.messages.count), item.problems)
            summary.messages.add(item)
    return summary
