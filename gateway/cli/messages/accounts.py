"""Accounts of people: what is wrong with lists of them."""

from __future__ import annotations

from gateway.cli.messages import Templates
from gateway.cli.words import N_

TEMPLATES: Templates = {
    "account_list_empty": N_("The list names no account. Check that the right file was chosen."),
    "account_of_nobody": N_("The roster does not have this person. Import the commune's list first."),
    # asking a bank
    "account_nobody_without": N_(
        "Everybody in the roster of {payer} has an account, or was asked for already. Nothing was written."
    ),
    "payer_town_missing": N_("Messages that ask for accounts need the payer's town: set town of [payers.{payer}]."),
    "account_opening_ended": N_(
        "Row {row} contradicts an earlier answer, by which the account was opened or rejected. Nothing was taken; ask"
        " the partner which one is right."
    ),
    "account_nothing_to_ask": N_("There is no account that {partner} has not confirmed. Nothing was written."),
    "account_request_differs": N_("Request {request} was not written as it was meant. Nothing was kept; report this."),
    "account_request_unknown": N_("There is no request {request}."),
    # its answer as a whole
    "account_answer_kind": N_("This message does not answer whose accounts are. Nothing was taken."),
    "account_answer_empty": N_("The answer names no account. Check that the right file was chosen."),
    "account_answer_foreign": N_("The answer is to no request to this partner. Nothing was taken."),
    "account_answer_mixed": N_(
        "Row {row} names another request or another day than the rows before. Nothing was taken."
    ),
    "account_answer_older": N_("The answer is of {day}, and something newer is known, of {last}. Nothing was taken."),
    "account_answer_of_the_future": N_("The answer cannot be of {day}, a day to come. Nothing was taken."),
    "account_answer_differs": N_(
        "Answer {answer} of {day} says something else to the same request. Nothing was taken; ask the partner"
        " which one is right."
    ),
    "account_answer_truncated": N_(
        "The request asks about {asked} accounts, the answer names {answered}. Nothing was taken; ask for the whole"
        " file."
    ),
    "account_answer_altered": N_(
        "Row {row} repeats another owner or account than we asked about. Nothing was taken; bring the file as the"
        " partner wrote it."
    ),
    # one row of it
    "account_code_unknown": N_("Row {row} has a result that nobody declared. Nothing was taken."),
    "account_row_invalid": N_("Row {row}: {field} is missing or not in its form. Nothing was taken."),
    "account_not_asked": N_("Row {row} is about an account that the request does not name. Nothing was taken."),
    "account_answered_twice": N_("Rows {row} and {other} are about the same account. Nothing was taken."),
    # what it says
    "account_mismatch": N_(
        "The bank has another owner of this account. Compare the names and see the person's papers."
    ),
    "account_refused": N_("The bank says that this is not the person's account. Ask for another one."),
    "account_shared": N_(
        "Money of {people} people goes to this account. Find out whether it may; the suggestion names them."
    ),
    "account_cooling": N_(
        "The account took the place of another one a short time ago. It is paid to later, or when two people say so:"
        " chitra account release."
    ),
    "account_not_cooling": N_("Line {line} of the roster has no account that changed a short time ago."),
    "account_unknown": N_("There is no account {account}. chitra account list shows all."),
}
