"""What is wrong with a message: reading it, checking it, writing it."""

from __future__ import annotations

from gateway.cli.messages import Templates
from gateway.cli.words import N_

TEMPLATES: Templates = {
    # schemas
    "schema_not_installed": N_("The official schema of {message} is not installed. Run {run}."),
    "no_schema_source": N_("{name} holds no schemas. Give the folder or ZIP file that has them."),
    "no_schemas_found": N_("{path} holds no schema that we know. Give the folder or archive that has the .xsd files."),
    "schema_hash_differs": N_("{name} is not the official schema and was not taken. Get it from its source again."),
    "schema_invalid": N_("The message breaks the official schema in {failures} places (first: {rule})."),
    # the whole message
    "sum_out_of_range": N_(
        "The entries of the statement add up to more than can be booked. Ask the partner for it again."
    ),
    "not_well_formed": N_("The file is no well-formed XML: line {line}, column {column}. Ask for it again."),
    "too_deep_or_large": N_("The XML is too deep or too large at line {line}, column {column}, and was not read on."),
    "doctype": N_("The file carries a DOCTYPE, which no honest message needs. It was not read."),
    "no_document": N_("The file is empty or holds no document."),
    "unknown_namespace": N_("This is no ISO 20022 message: its namespace is not known."),
    "prefix_undeclared": N_("The XML uses a prefix that it does not declare, so its elements cannot be told apart."),
    "element_missing": N_("{expected} must stand there exactly once, found: {got}."),
    "totals_differ": N_(
        "Number or sum of the payments is not what the message says ({level}: {count}, said: {declared})."
    ),
    "currency_differs": N_("The message mixes currencies."),
    "part_form": N_("The message does not have the form of ours at its part {part}."),
    "part_out_of_order": N_("A part of the message stands out of order: {part}."),
    "message_unfinished": N_("The message ends before its end."),
    "check_ended": N_(
        "The check of the message ended without an answer (status {status}). Nothing was kept. Look at memory and the "
        "system's log, then run the command again."
    ),
    "statement_head_after_entries": N_("The head of a statement stands behind its entries; the file cannot be used."),
    "status_after_transactions": N_("A status stands behind the transactions it is about; the file cannot be used."),
    # single values
    "amount_unreadable": N_("An amount cannot be read."),
    "amount_missing": N_("An amount is missing."),
    "amount_negative": N_("An amount has a minus sign."),
    "amount_out_of_range": N_("An amount has more than 18 digits."),
    "amount_too_fine": N_("An amount has more decimals than {currency} has."),
    "unknown_currency": N_("A currency is not known."),
    "count_unreadable": N_("A number of payments cannot be read."),
    "flag_unreadable": N_("A yes or no cannot be read."),
    "date_unreadable": N_("A date cannot be read."),
    "date_time_unreadable": N_("A time cannot be read."),
    "direction_missing": N_("It is not said whether an amount is a credit or a debit."),
    "several_batches": N_("One entry names several batches."),
    "id_twice": (
        N_("An id stands twice in the message, at {element}."),
        N_("An id stands twice in one message."),
    ),
    "verdict_unreadable": N_("It is not said whether an account is confirmed."),
    "request_type_unknown": N_("An answer names a kind of request that the standard does not know."),
    "several_amounts": N_("An amount stands there several times."),
    "entry_outside_statement": N_("An entry stands outside of any statement; the file cannot be used."),
    # writing
    "unrenderable": (
        N_("{field} cannot be written into the message ({rule}, {length} characters). Correct it at its source."),
        N_("{field} cannot be written into the message ({rule}). Correct it at its source."),
    ),
}
