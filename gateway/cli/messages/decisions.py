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
    # paying again
    "reissue_not_ended": N_("Payment {payment} is “{other}”: only what was rejected or returned is paid again."),
    "reissue_exists": N_("Payment {payment} is paid again by {other} already. There is one successor."),
    "reissue_file_unknown": N_(
        "Payment {payment} was in file {other}, of which nobody knows whether it arrived. Find that out first."
    ),
    "reissue_contradicted": N_(
        "Payment {payment} is “{other}”, and something else speaks against it. chitra payment show and chitra exception"
        " list tell what; ask the partner."
    ),
    "reissue_proof_too_weak": N_(
        "The rejection of {payment} stands only in a file that nothing but the channel proves. Ask for a signed one."
    ),
    "reissue_spoken_of": N_(
        "A statement names {payment}, which was rejected. Ask the partner before it is paid again."
    ),
    "reissue_not_whole": N_("{payment} did not come back in full. What is paid again is a person's decision."),
    "reissue_of_doubtful": N_("{payment} pays {other} again, and that one may have been paid after all."),
    "reissue_too_early": N_(
        "A rejection is believed only after {until}, when the statements of the days around it are here."
    ),
    "reissue_debit_unexplained": N_(
        "Account {account} was debited for something that nothing explains; it may be this payment."
    ),
    "reissue_debit_possible": N_("The statements do not prove that this payment was not debited: {why}."),
    "payment_not_in_batch": N_("Batch {batch} has no payment with this reference."),
    "nothing_to_repay": N_("Batch {batch}: nothing of this list may be paid again ({problems} problems)."),
    "file_has_held_payment": N_(
        "File {file} has a payment that is held. It is not sent; the next run makes a new file of the others."
    ),
    # money and limits
    "limit_per_day": N_(
        "Batch {batch} is held: {partner} would get {amount:,} for one day, more than the limit of {max:,}. It is tried"
        " again at every run."
    ),
    "limit_per_account": N_(
        "Batch {batch} is held: {count} accounts would get more than {max:,} on one day ({partner}). Look whose they"
        " are; then raise the limit or cancel the batch."
    ),
    "limit_per_person": N_(
        "Batch {batch} is held: {count} persons would get more than {max:,} on one day ({partner}). Look who they are;"
        " then raise the limit or cancel the batch."
    ),
    "balance_unknown": N_("Batch {batch} is held: no statement of {partner} shows the account's balance yet."),
    "balance_too_old": N_(
        "Batch {batch} is held: the last balance of {partner} is of {date}. Fetch the statements since then:"
        " chitra poll."
    ),
    "funds_missing": N_(
        "Batch {batch} is held: it needs {amount:,} at {partner}, {available:,} are free. Fund the account; when the"
        " money is there before the statement: chitra funding confirm."
    ),
    "account_not_ours": N_("No payer has this account at {partner}. Check the number."),
    "funding_unreadable": N_("The amount is a whole number of minor units, the reference 1 to 35 letters or digits."),
    "funding_not_yet": N_("{date} is not a day up to today. Confirm only what has come."),
    "funding_in_balance": N_("The balance of {date} contains this money already. Nothing is to be confirmed."),
    "funding_known": N_("The transfer {reference} was confirmed before. It counts once."),
    "rate_list_invalid": N_("The list of rates has {problems} problems. Correct it, import it again."),
    "rates_known": N_("All rates of this list are known. Nothing is to be confirmed."),
    "rate_edited": N_("Rate {rate} was edited in the database: its day is none. Stop; tell the auditor."),
    "rate_unknown": N_("There is no rate {rate}. chitra rate list shows all that count."),
    "funding_unknown": N_("There is no funding {funding}. chitra funding list shows all."),
    # cancel and recall
    "amendment_not_approved": N_(
        "Batch {batch} is “{state}”: only what was approved is amended. Before that, reject or cancel it."
    ),
    "amendment_of_nothing": N_(
        "Nothing keeps payments of batch {batch} from going out that could still be taken out of it. Name payments with"
        " --payment."
    ),
    "amendment_of_everything": N_("Nothing would be left of batch {batch}. Take it back whole: chitra batch cancel."),
    "amendment_foreign": N_("Payment {payment} is not in batch {batch}."),
    "maker_cannot_amend": N_("{operator} made batch {batch}. Another person must confirm what leaves it."),
    "cancel_too_late": N_("Payment {payment} is “{state}”; only what waits is cancelled. What was sent is recalled."),
    "cancel_in_file": N_("Payment {payment} stands in file {file}. The next chitra send takes it out; cancel it then."),
    "recall_not_out": N_(
        "Payment {payment} is “{state}”: only what was sent and not booked is recalled. What was not sent is cancelled"
        " with its batch."
    ),
    "recall_not_taken": N_("{partner} takes no recall as a file. Call, and keep what was said with the payment."),
    "recall_open": N_("{payment} was recalled already, and the partner has not decided. Wait for its answer."),
    "reissue_recall_open": N_("{payment} was recalled, and the partner has not decided. Wait for its answer."),
}
