"""What the population registry was asked and said: why an answer is not taken, and what it says of people."""

from __future__ import annotations

from gateway.cli.messages import Templates
from gateway.cli.words import N_

TEMPLATES: Templates = {
    "population_nobody": N_("The roster holds nobody to ask about. Import a list first: chitra roster import."),
    "population_request_unknown": N_("There is no request {request}. chitra population list shows all."),
    "population_request_tampered": N_(
        "The roster no longer tells whom request {request} asked about. Nothing was taken; run chitra db check."
    ),
    # the answer as a whole
    "population_answer_empty": N_("The answer names nobody. Check that the right file was chosen."),
    "population_answer_foreign": N_("The answer names no request of this gateway. Nothing was taken."),
    "population_answer_mixed": N_(
        "Row {row} names another request or another day than the first row. Nothing was taken."
    ),
    "population_answer_older": N_(
        "The answer is of {day}, and something newer is known, of {last}. Nothing was taken."
    ),
    "population_answer_of_the_future": N_("The answer cannot be of {day}, a day to come. Nothing was taken."),
    "population_answer_differs": N_(
        "Answer {answer} of {day} says something else to the same request. Nothing was taken; ask the registry"
        " which one is right."
    ),
    "population_answer_truncated": N_(
        "The request asks about {asked} people, the answer names {answered}. Nothing was taken; ask for the whole file."
    ),
    "population_answer_altered": N_(
        "Row {row} repeats another name or birth than we asked about. Nothing was taken; bring the file as the"
        " registry wrote it."
    ),
    # acting on what it says
    "population_nothing_to_settle": N_("No open item of the registry says that somebody died or moved."),
    "population_item_other": N_("Item {item} is not about somebody of this roster who died or moved."),
    "population_item_ended": N_("An item has ended meanwhile, by a later answer or a person. Look again, decide anew."),
    "population_line_changed": N_("A list has changed what the roster says meanwhile. Look again, decide anew."),
    "population_answer_changed": N_("A later answer has come meanwhile. Look again, decide anew."),
    "population_begins_later": N_(
        "Item {item}: the entitlement begins only after {month}. Bring a corrected list of the commune first."
    ),
    # one row
    "population_code_unknown": N_("Row {row} has a result that nobody declared. Nothing was taken."),
    "population_row_invalid": N_("Row {row}: {field} is missing or not in its form. Nothing was taken."),
    "population_not_asked": N_("Row {row} is about somebody whom the request does not name. Nothing was taken."),
    "population_person_twice": N_("Rows {row} and {other} are about the same person. Nothing was taken."),
    # what it says of a person
    "registry_name_differs": N_("The population registry has another name for this person. Check both."),
    "registry_birth_differs": N_("The population registry has another birth for this person. Check both."),
    "registry_deceased": N_("The population registry says that this person is deceased. Say until when to pay."),
    "registry_moved": N_(
        "The population registry says that this person lives in another commune now. Find out who pays."
    ),
    "registry_unknown": N_("The population registry does not know this person. Correct the list and ask again."),
}
