"""The JSON of one explained file. Amounts are minor units beside their currency, sums are decimal text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from formats.iso20022.explain.model import (
    BlockSummary,
    Openings,
    Orders,
    Statements,
    StatementSummary,
    Statuses,
    Sums,
    Verifications,
)
from gateway.cli.explanation import accounts
from gateway.cli.explanation.values import hidden_name, hidden_number, iso, listed, reasons_of
from gateway.cli.messages import explain
from gateway.cli.messages.findings import finding_words

if TYPE_CHECKING:
    from formats.iso20022.explain.model import EntryRow, Finding, OrderRow, Summary
    from gateway.inspection import Inspected

_NOTHING: dict[str, Any] = {
    "message": None,
    "version": None,
    "statements": 0,
    "entries": 0,
    "details": 0,
    "entry_sum": None,
    "entry_sums": {},
    "transactions": 0,
    "transaction_sum": None,
    "transaction_sums": {},
    "group_status": None,
    "control_sum": None,
}


def document(path: str, inspected: Inspected) -> dict[str, Any]:
    """Everything, with the findings of schema, sums and partner in one list."""
    explanation = inspected.explanation
    return {
        "path": path,
        **_NOTHING,
        "looks_like": explanation.looks_like,
        "message": explanation.message,
        "version": explanation.version,
        "documents": explanation.frame.documents,
        **_counted(explanation.summary),
        "envelopes": [asdict(each) | {"created": iso(each.created)} for each in explanation.frame.envelopes],
        "signatures": [
            {
                "path": each.signature.path,
                "algorithm": each.signature.algorithm,
                "key_name": each.signature.key_name,
                "subject": each.subject,
                "key_id": each.key_id,
                "over": each.signature.over,
                "checked": False,
            }
            for each in inspected.signers
        ],
        "summary": _summary(explanation.summary),
        "findings": [_finding(each) for each in (*explanation.findings, *inspected.objections)],
        "findings_more": explanation.findings_more or inspected.objections_more,
        "notes": [_finding(each) for each in explanation.notes],
        "error": None,
    }


def unread(path: str, code: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Of a file that could not be opened or read."""
    error = {"code": code, "message": explain(code, params)}
    return {"path": path, **_NOTHING, "findings": [], "error": error}


def _finding(finding: Finding) -> dict[str, Any]:
    return {"path": finding.path, "rule": finding.rule, "message": finding_words(finding.rule, finding.params)}


# --- counted over the whole file -------------------------------------------------------------------------------


def _counted(summary: Summary | None) -> dict[str, Any]:
    if isinstance(summary, Statements):
        return {
            "statements": summary.statements.count,
            "entries": summary.entries,
            "details": summary.details,
            **_sums("entry", summary.sums),
        }
    if isinstance(summary, Orders):
        return {
            "transactions": summary.tally.count,
            **_sums("transaction", summary.tally.sums),
            "control_sum": _added(each.control_sum for each in summary.groups.shown),
        }
    if isinstance(summary, Statuses):
        groups = summary.groups.shown
        return {
            "transactions": summary.transactions,
            "group_status": next((each.status for each in groups if each.status), None),
            "control_sum": _added(each.original_sum for each in groups),
        }
    return {}


def _sums(name: str, sums: Sums) -> dict[str, Any]:
    """``name_sum`` is irrespective of currencies, as ISO's control sum is."""
    return {f"{name}_sum": sums.text(), f"{name}_sums": sums.texts()}


def _added(texts: Iterable[str | None]) -> str | None:
    """What the headers say, as it is written; of several headers their sum."""
    said = [text for text in texts if text]
    if len(said) < 2:
        return said[0] if said else None
    return str(sum(map(Decimal, said)))


# --- by entry, transfer and status -----------------------------------------------------------------------------


def _summary(summary: Summary | None) -> dict[str, Any] | None:
    if isinstance(summary, Statements):
        return listed("statements", summary.statements, _statement)
    if isinstance(summary, Orders):
        groups = [
            {
                "message_id": each.message_id,
                "created": iso(each.created),
                "initiating_party": hidden_name(each.initiating_party),
                "declared_transactions": each.count,
                "control_sum": each.control_sum,
            }
            for each in summary.groups.shown
        ]
        return {"groups": groups, **listed("blocks", summary.blocks, _block)}
    if isinstance(summary, Verifications):
        return accounts.verifications(summary)
    if isinstance(summary, Openings):
        return accounts.openings(summary)
    return _statuses(summary) if summary else None


def _statement(at: StatementSummary) -> dict[str, Any]:
    head = at.statement
    return {
        "statement": head.statement_id,
        "version": head.version,
        "message_id": head.message_id,
        "created": iso(head.created),
        "sequence": head.sequence,
        "page": head.page,
        "last_page": head.last_page,
        "from": iso(head.from_),
        "to": iso(head.to),
        "account": hidden_number(head.account),
        "currency": head.currency,
        "owner": hidden_name(head.owner),
        "servicer": head.servicer,
        "balances": [
            {"kind": each.kind, "date": iso(each.date), "amount": each.amount, "currency": each.currency}
            for each in head.balances
        ],
        "ties": at.ties,
        "details": at.details,
        **_sums("entry", at.sums),
        "booked_sums": at.booked.texts(),
        **listed("entries", at.rows, _entry),
    }


def _entry(row: EntryRow) -> dict[str, Any]:
    return asdict(row) | {"date": iso(row.date), "return_reasons": reasons_of(row.return_reasons, "return_reason")}


def _block(at: BlockSummary) -> dict[str, Any]:
    block = at.block
    return {
        "payment_information_id": block.payment_information_id,
        "execution_date": iso(block.execution_date),
        "method": block.method,
        "batch_booking": block.batch_booking,
        "charge_bearer": block.charge_bearer,
        "category_purpose": block.category_purpose,
        "debtor": hidden_name(block.debtor),
        "debtor_account": hidden_number(block.debtor_account),
        "debtor_agent": block.debtor_agent,
        "declared_transactions": block.count,
        "control_sum": block.control_sum,
        **_sums("transaction", at.tally.sums),
        **listed("transactions", at.rows, _transfer),
    }


def _transfer(row: OrderRow) -> dict[str, Any]:
    return asdict(row) | {
        "creditor": hidden_name(row.creditor),
        "creditor_account": hidden_number(row.creditor_account),
    }


def _statuses(summary: Statuses) -> dict[str, Any]:
    return {
        "reports": [{"message_id": each.message_id, "created": iso(each.created)} for each in summary.reports.shown],
        "groups": [
            {
                "original_message_id": each.original_message_id,
                "original_message": each.original_message_name,
                "status": each.status,
                "declared_transactions": each.original_count,
                "control_sum": each.original_sum,
            }
            for each in summary.groups.shown
        ],
        "by_status": [
            {
                "level": kind.level,
                "status": kind.status,
                "reasons": reasons_of(kind.reasons),
                "count": tally.count,
                "sums": tally.sums.texts(),
            }
            for kind, tally in summary.kinds.items()
        ],
        **listed("statuses", summary.rows, lambda row: asdict(row) | {"reasons": reasons_of(row.reasons)}),
    }
