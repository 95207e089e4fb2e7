"""What a person does about a rejected or returned payment: one instruction for each action of ``reasons.csv``.

None of them may lead to a second payment: money goes out again only after the statements have shown where it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cli import words
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from formats.iso20022.reasons import Reason

NAMES = {
    "ask_new_account": N_("ask for a new account"),
    "correct_name": N_("correct the name"),
    "check_person": N_("ask the person"),
    "suspend_person": N_("suspend the person"),
    "correct_bank": N_("correct the bank"),
    "check_funds": N_("provide the money"),
    "check_amount": N_("check the amount"),
    "check_duplicate": N_("look for an earlier copy"),
    "check_setup": N_("clear up our set-up"),
    "fix_file": N_("call the technical contact"),
    "check_signature": N_("check keys and rights"),
    "check_fraud": N_("suspected fraud: stop"),
    "ask_outcome": N_("ask for the outcome"),
    "wait": N_("wait"),
    "ask_bank": N_("ask the bank"),
}
"""Actions in a few words, for lists."""

ACTIONS = {
    "ask_new_account": N_(
        "Ask the beneficiary for a new account and correct the line. Put it in a later run only when complete"
        " statements since then show no debit, or all of the money back."
    ),
    "correct_name": N_(
        "Compare the name with papers and account and correct the line. Put it in a later run only when complete"
        " statements since then show no debit, or all of the money back."
    ),
    "check_person": N_(
        "Ask the beneficiary or the commune what is missing or refused. Put it in a later run only when complete"
        " statements since then show no debit, or all of the money back."
    ),
    "suspend_person": N_(
        "Suspend all payments to this person and inform the commune at once; it checks and decides. Do not pay again"
        " to this account."
    ),
    "correct_bank": N_(
        "Find out which bank holds the account and correct the line. Put it in a later run only when complete"
        " statements since then show no debit, or all of the money back."
    ),
    "check_funds": N_(
        "Compare the balance of our account with the batch and provide the money. Put it in a later run only when"
        " complete statements since then show no debit, or all of the money back."
    ),
    "check_amount": N_(
        "Compare the amount with the list and the limits; clear it with the bank. Put it in a later run only when"
        " complete statements since then show no debit, or all of the money back."
    ),
    "check_duplicate": N_(
        "An earlier copy may have been paid. Do not send it again: look for the debit in the statement and ask the"
        " bank what became of the first copy."
    ),
    "check_setup": N_(
        "The bank objects to our own data or rights. Stop sending to it and clear this up with the bank; do not send"
        " the same file again."
    ),
    "fix_file": N_(
        "Stop sending to this bank and call the technical contact with the code and the name of the file. Do not send"
        " the file again."
    ),
    "check_signature": N_(
        "Stop sending to this bank and call the technical contact to check keys, certificates and rights to sign. Do"
        " not send the file again."
    ),
    "check_fraud": N_(
        "Stop everything that goes to this account and tell your head and the bank at once. Do not pay again before it"
        " is cleared up."
    ),
    "ask_outcome": N_(
        "Do not pay again. Ask the bank whether it was executed; only its word together with the statement decides."
    ),
    "wait": N_("Nothing to do now: the bank's next answer or the statement decides. Do not pay again."),
    "ask_bank": N_(
        "Ask the bank what it means and what it needs. Do not pay again before it has answered and the statement shows"
        " where the money is."
    ),
}


def reason_words(reason: Reason) -> str:
    """What happened, in the chosen language."""
    return reason.vi if words.language() == "vi" else reason.en


def action_name(action: str) -> str:
    """The action in a few words, in the chosen language."""
    return _(NAMES[action])


def action_words(action: str) -> str:
    """What a person does next, in the chosen language."""
    return _(ACTIONS[action])
