"""Accounts of people: what is wrong with lists of them."""

from __future__ import annotations

from gateway.cli.messages import Templates
from gateway.cli.words import N_

TEMPLATES: Templates = {
    "account_list_empty": N_("The list names no account. Check that the right file was chosen."),
    "account_of_nobody": N_("The roster does not have this person. Import the commune's list first."),
    "account_unknown": N_("There is no account {account}. chitra account list shows all."),
}
