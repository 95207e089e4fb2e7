"""What the roster says: findings about a list of people, and what may be done with them."""

from __future__ import annotations

from gateway.cli.messages import Templates
from gateway.cli.words import N_

TEMPLATES: Templates = {
    # the list as a whole
    "roster_older": N_(
        "This list is of {as_of}, and list {roster} is of {last}: a newer one is known. Nothing was taken over."
    ),
    "roster_of_the_future": N_("The list cannot be of {as_of}, a day to come. Check --as-of."),
    "roster_empty": N_("The list names nobody. Check that the right file was chosen."),
    "roster_unknown": N_("There is no list {roster}. chitra roster list shows all."),
    # one row
    "beneficiary_id_nine_digits": N_(
        "A number of 9 digits is of an old identity card, which is no longer valid. Ask for the 12 digits."
    ),
    "birth_in_future": N_("The birth lies in the future."),
    "birth_too_long_ago": N_("Born more than {years} years ago. Check whether the person is alive."),
    "sex_differs": N_("The sex differs from the one in the personal identification number. Check both."),
    "sex_unknown": N_("Write the sex as nam or nữ."),
    "ends_before_it_begins": N_("The last month lies before the first."),
    "times_invalid": N_("How often the coefficient counts is a number from 1 to 99."),
    "commune_merged": N_("{before}: of before July 2025, now {commune}, which was taken over."),
    "commune_divided": N_(
        "{before}: of before July 2025; each of these may be meant: {candidates}. Find out where the person lives."
    ),
    "commune_code_unknown": N_("No commune has this code, nor had one before July 2025. Check the digits."),
    "commune_code_disputed": N_("Sources give another code to {commune}. Compare it with the province's own list."),
    "commune_name_unknown": N_("Province {province} has no commune of this name. Write its code."),
    "commune_name_unclear": N_("Several communes may be meant: {candidates}. Write the code."),
    "commune_province_missing": N_("A commune told by name needs its province. Give --province, or write the code."),
    "commune_elsewhere": N_("Commune {commune} does not lie in province {province}. Check --commune and --province."),
    # rows beside each other and beside the roster
    "person_twice_in_list": N_("The same person stands in row {other} with other details. Neither was taken over."),
    "repeated_row": N_("The same row stands in row {other}; it counts once."),
    "name_changed": N_("The roster has another name for this personal identification number. Check both."),
    "in_two_communes": N_("Payer {payer} has this person for the same programme. Only one of the two may pay."),
    "alike": N_("Somebody of the same name and birth has another personal identification number. Perhaps one person."),
    "absent_in_list": N_("The list before named this person, this one does not. Say until when, or that it is wrong."),
    "resumed_in_list": N_(
        "Somebody ended this entitlement, and the list names the person again. Find out which is right."
    ),
    # making the month's list
    "roster_without_people": N_(
        "The roster of {payer} has nobody in programme {programme}. Import a list with chitra roster import."
    ),
    "work_items_open": N_("Open items of the roster keep this person from being paid. See chitra roster items."),
    "account_missing": N_("Owed, but the roster has no account. Ask for one."),
    "other_regime": N_("Another entitlement of this person is higher, or began before; it is paid there."),
    # what may be done
    "work_item_unknown": N_("There is no item {item}. chitra roster items shows all."),
    "work_item_needs_list": N_("Item {item} needs a corrected list; it cannot be accepted as it is."),
    "work_item_needs_two": N_(
        "Item {item} is acted on by two people: chitra population settle --programme {programme} --item {item}"
    ),
    "work_item_names_nobody": N_("Item {item} is about nobody whom the roster has; correct the list."),
    "entitlement_ended": N_("The entitlement has ended with {until} already."),
    "entitlement_begins_later": N_(
        "Nothing was ended: the entitlement only begins with {since}, after the month that was given. While item {item}"
        " is open the person is paid nothing; the next list corrects the months."
    ),
}
