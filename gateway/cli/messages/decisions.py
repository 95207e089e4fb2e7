"""Acts of two people, stops, verdicts."""

from __future__ import annotations

from gateway.cli.messages import Templates
from gateway.cli.words import N_

TEMPLATES: Templates = {
    "reason_missing": N_("A reason is needed, for the record."),
    "evidence_missing": N_("{subject}: a document is needed that this rests on. Give it with --evidence."),
    "decision_unknown": N_("There is no decision {decision}. chitra decision list shows all."),
    "decision_open": N_("Decision {decision} on {subject} still waits for its second person. Confirm that one."),
    "decision_ended": N_("Decision {decision} is “{state}” already. Nothing was done."),
    "second_person_needed": N_("{operator} made decision {decision}. Another person must confirm it."),
    "withdrawal_of_another": N_(
        "Decision {decision} holds a file back that {operator} says was delivered by hand. Only {operator} may take it"
        " back, or another person confirms it."
    ),
    "decision_not_genuine": N_("Decision {decision} is not as its first person signed it. Stop; tell the auditor."),
    "state_changed": N_("What it was decided on has changed meanwhile. Look again and decide anew."),
    # stops
    "stopped": N_("Sending is stopped: {scope} {subject} ({why}). Collecting goes on; two people start it again."),
    "nothing_stopped": N_("Nothing is stopped for {subject}."),
    "programme_unknown": N_("There is no batch of programme {programme}. chitra batch list shows all."),
    "release_in_doubt": N_(
        "{partner}: the release of file {file} did not end well; nothing more is released to it in this run."
    ),
    "spoken_of_before_release": N_(
        "{partner} has answered, announced or booked something of file {file}, which we have not sent. It is not sent."
        " Find out how it got there; then two people: chitra file mark-delivered."
    ),
    # safe mode
    "safe_mode": (
        N_("Safe mode: {why} ({partner}, {name}). Nothing is sent. Look, then: chitra resume."),
        N_("Safe mode: {why} ({partner}, {id}). Nothing is sent. Look, then: chitra resume."),
        N_("Safe mode: {why} ({reason}). Nothing is sent. Look, then: chitra resume."),
        N_("Safe mode: {why}. Nothing is sent. Look, then: chitra resume."),
    ),
    "not_in_safe_mode": N_("This installation is not in safe mode; there is nothing to resume."),
    "resume_needs_every_partner": N_(
        "Every partner must be looked at before anything is sent again. {partner}: {cause}. Then run it again."
    ),
    "no_anchor_outside": N_(
        "A restored home brings its own anchor back. Name one on another disk or host under gateway.anchors."
    ),
    "anchor_unreadable": N_(
        "{path} cannot be read ({reason}). It tells whether the database was set back; nothing is sent without it."
    ),
    "anchor_unwritable": N_("{path} cannot be written: {reason}. Nothing is sent before it can."),
    "file_not_adopted": N_(
        "{name} at {partner} is named as a file of ours and could not be taken over ({reason}). Find out what it paid"
        " before anything of it is imported again."
    ),
    # how exceptions end
    "exception_ended": N_("Exception {exception} has ended already. chitra exception show tells how."),
    "exception_lasts": N_(
        "Exception {exception}: what it waits for has not come. It ends by itself when the partner's word or booking is"
        " here, or when two people have given their verdict on the file."
    ),
    "resolution_unfit": N_("Exception {exception} ({kind}) may end as: {choices}."),
    "payment_of_return": N_("Exception {exception}: --payment goes with --as return_of, and only with it."),
    "return_without_detail": N_(
        "Exception {exception}: the entry has no transaction that could be a return. Ask the partner for the details."
    ),
    "return_of_other_amount": N_(
        "Exception {exception} is not the return of {payment}: partner, amount or currency differ. Nothing was done."
    ),
    "payment_not_debited": N_("Payment {payment} is “{state}”; only one that was debited and is kept can come back."),
    # verdicts
    "file_not_unknown": N_("File {file} is “{state}”; a verdict is for files whose delivery is unknown."),
    "file_not_waiting": N_("File {file} is “{state}”; only a file that waits to be sent can be marked as delivered."),
    "file_perhaps_taken": N_(
        "File {file}: what an earlier attempt uploaded may lie at the partner, or may have been taken. Run chitra send,"
        " which looks; do not bring it by hand before."
    ),
    "absence_too_early": N_(
        "File {file}: absence can be said only after {until}, when the statements of the days around it are here."
    ),
    "absence_contradicted": N_(
        "File {file}: an answer, a booking or an unexplained debit speaks of it. It cannot be called absent."
    ),
    "absence_unproven": N_("File {file}: the statements do not prove that it was not debited: {why}."),
}
