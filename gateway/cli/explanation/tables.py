"""An explained file for people: its head, its rows before their totals, what signed it, what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gateway.cli.explanation.accounts import say_openings, say_verifications
from gateway.cli.explanation.spoken import coded, grouped, joined, moment, number, pairs, reasons, say_limit
from gateway.cli.messages import status_word
from gateway.cli.messages.findings import LOOKS
from gateway.cli.session import money
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.cli.output import Output

Document = dict[str, Any]

_TIES = {True: N_("ties"), False: N_("does not tie"), None: ""}
_LEVELS = {"group": N_("message"), "block": N_("block"), "transfer": N_("transfer")}


def say(output: Output, document: Document) -> None:
    """All of one file; the same values as the document."""
    what = document["version"] or _(LOOKS.get(document["looks_like"], "XML"))
    output.say(f"{document['path']}: {what}")
    for envelope in document["envelopes"]:
        pairs(output, _envelope(envelope))
    if summary := document["summary"]:
        next(say for field, say in _BY_FIELD.items() if field in summary)(output, document, summary)
    for signature in document["signatures"]:
        pairs(output, _signature(signature))
    for note in document["notes"]:
        output.say(note["message"])
    output.table(
        [_("Place"), _("Rule"), _("Finding")],
        [[each["path"], each["rule"], each["message"]] for each in document["findings"]],
    )
    if document["findings_more"]:
        output.say(_("There are more findings than these."))
    if not document["findings"]:
        output.say(_("Nothing is wrong with it."))
    output.say("")


def _envelope(each: Document) -> list[tuple[str, Any]]:
    return [
        (_("Header"), each["version"]),
        (_("From"), each["from"]),
        (_("To"), each["to"]),
        (_("Message id"), each["message_id"]),
        (_("Contains"), each["definition"]),
        (_("Created"), moment(each["created"])),
    ]


def _signature(each: Document) -> list[tuple[str, Any]]:
    return [
        (_("Signature at"), each["path"]),
        (_("Certificate"), each["subject"]),
        (_("Key id"), each["key_id"]),
        (_("Key name"), each["key_name"]),
        (_("Over"), each["over"] or _("the whole document")),
    ]


# --- statements ------------------------------------------------------------------------------------------------


def _say_statements(output: Output, document: Document, summary: Document) -> None:
    for each in summary["statements"]:
        _say_statement(output, each)
    say_limit(output, len(summary["statements"]), summary["statements_total"])
    pairs(
        output,
        [
            (_("Statements"), grouped(document["statements"])),
            (_("Entries"), grouped(document["entries"])),
            (_("Details"), grouped(document["details"])),
            *_sums(_("Sum of entries"), document["entry_sums"]),
        ],
    )


def _say_statement(output: Output, each: Document) -> None:
    pairs(
        output,
        [
            (_("Statement"), each["statement"]),
            (_("Message id"), each["message_id"]),
            (_("Created"), moment(each["created"])),
            (_("From"), each["from"]),
            (_("To"), each["to"]),
            (_("Page"), each["page"]),
            (_("Account"), joined(each["account"], each["currency"])),
            (_("Owner"), each["owner"]),
            (_("Bank"), each["servicer"]),
        ],
    )
    output.table(
        [_("Entry"), _("Date"), _("Amount"), _("State"), _("Reference"), _("Bank code"), _("Details"), _("Refers to"),
         _("Returned because")],
        [
            [number(row), row["date"] or "", money(row["amount"], row["currency"]), _entry_status(row),
             row["reference"] or "", row["bank_code"] or "", row["details"], _refers(row),
             reasons(row["return_reasons"])]
            for row in each["entries"]
        ],
        numbers=[0, 2, 6],
    )  # fmt: skip
    say_limit(output, len(each["entries"]), each["entries_total"])
    output.table(
        [_("Balance"), _("Date"), _("Amount")],
        [[b["kind"] or "", b["date"] or "", money(b["amount"], b["currency"])] for b in each["balances"]],
        numbers=[2],
    )
    pairs(output, [*_sums(_("Sum of what is booked"), each["booked_sums"]), (_("Check"), _(_TIES[each["ties"]]))])


def _entry_status(row: Document) -> str:
    word = status_word(row["status"]) if row["status"] else ""
    return f"{word} ({_('reversal')})" if row["reversal"] else word


def _refers(row: Document) -> str:
    """The most exact id: of the payment when there is one, else of its block or message."""
    order = row["payment_information_id"] or row["message_id"]
    if row["details"] == 1 or not order:
        return row["end_to_end_id"] or order or ""
    return str(order)


# --- payments --------------------------------------------------------------------------------------------------


def _say_orders(output: Output, document: Document, summary: Document) -> None:
    for group in summary["groups"]:
        pairs(output, _group(group))
    for block in summary["blocks"]:
        _say_block(output, block)
    say_limit(output, len(summary["blocks"]), summary["blocks_total"])
    pairs(
        output,
        [
            (_("Payments"), grouped(document["transactions"])),
            *_sums(_("Sum of payments"), document["transaction_sums"]),
        ],
    )


def _group(each: Document) -> list[tuple[str, Any]]:
    return [
        (_("Message id"), each["message_id"]),
        (_("Created"), moment(each["created"])),
        (_("Initiating party"), each["initiating_party"]),
        (_("Payments it says"), each["declared_transactions"]),
        (_("Sum it says"), each["control_sum"]),
    ]


def _say_block(output: Output, each: Document) -> None:
    pairs(
        output,
        [
            (_("Block"), each["payment_information_id"]),
            (_("Execution date"), each["execution_date"]),
            (_("Debtor"), each["debtor"]),
            (_("Account"), each["debtor_account"]),
            (_("Bank"), each["debtor_agent"]),
            (_("Payments it says"), each["declared_transactions"]),
            (_("Sum it says"), each["control_sum"]),
        ],
    )
    output.table(
        [_("Payment"), _("End-to-end id"), _("Amount"), _("Creditor"), _("Account"), _("Bank"), _("Purpose")],
        [
            [number(row), row["end_to_end_id"] or "", money(row["amount"], row["currency"]), row["creditor"] or "",
             row["creditor_account"] or "", row["creditor_agent"] or "", row["purpose"] or ""]
            for row in each["transactions"]
        ],
        numbers=[0, 2],
    )  # fmt: skip
    say_limit(output, len(each["transactions"]), each["transactions_total"])
    pairs(
        output,
        [
            (_("Payments of the block"), grouped(each["transactions_total"])),
            *_sums(_("Sum of the block"), each["transaction_sums"]),
        ],
    )


# --- statuses --------------------------------------------------------------------------------------------------


def _say_statuses(output: Output, _document: Document, summary: Document) -> None:
    for report in summary["reports"]:
        pairs(output, [(_("Message id"), report["message_id"]), (_("Created"), moment(report["created"]))])
    for group in summary["groups"]:
        pairs(output, _answered(group))
    output.table(
        [_("Level"), _("Of"), _("Amount"), _("Status"), _("Reason")],
        [
            [_(_LEVELS[row["level"]]), row["reference"] or "", money(row["amount"], row["currency"]),
             coded(row["status"]), reasons(row["reasons"])]
            for row in summary["statuses"]
        ],
        numbers=[2],
    )  # fmt: skip
    say_limit(output, len(summary["statuses"]), summary["statuses_total"])
    output.table(
        [_("Level"), _("Status"), _("Reason"), _("Number"), _("Sum of payments")],
        [
            [_(_LEVELS[kind["level"]]), coded(kind["status"]), reasons(kind["reasons"]), grouped(kind["count"]),
             ", ".join(text for _name, text in _sums("", kind["sums"]))]
            for kind in summary["by_status"]
        ],
        numbers=[3, 4],
    )  # fmt: skip


def _answered(each: Document) -> list[tuple[str, Any]]:
    return [
        (_("Answer to"), each["original_message_id"]),
        (_("Message"), each["original_message"]),
        (_("Status"), coded(each["status"])),
        (_("Payments it says"), each["declared_transactions"]),
        (_("Sum it says"), each["control_sum"]),
    ]


_BY_FIELD: dict[str, Callable[[Output, Document, Document], None]] = {
    "statements": _say_statements,
    "blocks": _say_orders,
    "by_status": _say_statuses,
    "by_answer": say_verifications,
    "openings": say_openings,
}


# --- single values ---------------------------------------------------------------------------------------------


def _sums(name: str, sums: dict[str, str]) -> list[tuple[str, str]]:
    """A line for each currency."""
    return [(name, f"{_spoken_sum(text)} {currency}") for currency, text in sums.items()]


def _spoken_sum(text: str) -> str:
    """``-1500.00`` as ``-1.500,00``."""
    from gateway.domain.money import grouped

    whole, _point, decimals = text.partition(".")
    return grouped(int(whole + decimals), len(decimals))
