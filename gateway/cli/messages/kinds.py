"""Kinds of exceptions: a few words for lists, and a sentence that says what to do."""

from __future__ import annotations

from gateway.cli.messages import Templates
from gateway.cli.words import N_

KINDS = {
    "unknown_debit": N_("debit without a payment of ours"),
    "second_debit": N_("second debit of one payment"),
    "benefit_twice": N_("one benefit paid twice"),
    "keys_contradict": N_("references that contradict each other"),
    "key_ambiguous": N_("reference of several payments"),
    "unexplained_debit": N_("debit larger than its details"),
    "details_differ": N_("entry larger than its details"),
    "return_reversed": N_("return undone"),
    "status_for_unsent_message": N_("answer to an unsent file"),
    "unknown_credit": N_("credit without a payment of ours"),
    "second_return": N_("second return of one payment"),
    "suspected_return": N_("possible return"),
    "return_of_other": N_("return of something that is not ours"),
    "partial_return": N_("partial return"),
    "unknown_reversal": N_("reversal without a payment of ours"),
    "second_reversal": N_("second reversal of one payment"),
    "amount_differs": N_("other amount"),
    "currency_differs": N_("other currency"),
    "other_partner": N_("other partner"),
    "evidence_for_unsent": N_("booking of an unsent payment"),
    "sum_entry": N_("sum that its file does not explain"),
    "unknown_status": N_("status that no standard knows"),
    "missing_in_statement": N_("announced booking missing in the statement"),
    "unreadable_entry": N_("unreadable entry"),
    "statement_does_not_tie": N_("statement does not tie"),
    "chain_broken": N_("gap between two statements"),
    "statement_gap": N_("statement number missing"),
    "day_missing": N_("day without a statement"),
    "page_missing": N_("page of a statement missing"),
    "statements_overlap": N_("overlapping statements"),
    "statement_corrected": N_("corrected statement"),
    "statement_late": N_("late statement"),
    "message_id_reused": N_("answer with a used message id"),
    "unproven_statement": N_("statement without proof"),
    "status_for_unknown_message": N_("answer to an unknown file"),
    "status_for_unknown_payment": N_("answer to an unknown payment"),
    "duplicate_rejection": N_("rejected as a duplicate"),
    "booked_and_rejected": N_("booked and rejected"),
    "contradiction": N_("contradiction"),
    "predecessor_booked": N_("paid again, and perhaps paid before"),
    "successor_held": N_("re-issue held"),
    "registry_held": N_("held by what the population registry says"),
    "held_payment_out": N_("held payment sent after all"),
    "batch_held": N_("batch held"),
    "recall_answer_unknown": N_("answer to an unknown recall"),
    "overdue": N_("answer overdue"),
    "no_final_answer": N_("no final answer"),
    "foreign_file": N_("file of ours that is not known here"),
    "file_unknown": N_("file of unknown delivery"),
    "file_unanswered": N_("no answer to a file"),
    "quarantined": N_("file set aside"),
    "file_too_large": N_("file too large"),
    "file_without_done": N_("file without its .done"),
    "done_without_file": N_(".done without its file"),
    "file_without_signature": N_("file without its signature"),
    "signature_without_file": N_("signature without its file"),
    "file_unstable": N_("file that keeps changing"),
    "file_unread": N_("file that cannot be read"),
    "name_withheld": N_("name that is not taken"),
    "archive_denied": N_("file that cannot be moved away"),
}

ADVICE: Templates = {
    "held_payment_out": N_(
        "This payment was held, and the partner has its file, or may have it. Call at once; chitra payment recall."
    ),
    "recall_answer_unknown": N_("The partner answers to a recall that we did not make. Ask what it means."),
    "batch_held": N_(
        "Batch {batch} is held by a limit or for want of money ({why}). chitra send tells the figures. It is tried"
        " again at every run; fund the account, raise the limit or cancel the batch."
    ),
    "predecessor_booked": (
        N_(
            "This payment pays {predecessor} again, which may have been paid after all. The partner is asked to recall"
            " it (file {recall}). Call all the same, and watch for its answer: chitra payment show."
        ),
        N_(
            "This payment pays {predecessor} again, which may have been paid after all, and no recall went out by"
            " itself: the partner takes none, or this payment is booked. Call at once and ask for one of them back."
        ),
    ),
    "successor_held": N_(
        "This payment was to pay {predecessor} again, which may have been paid after all. It is held and not sent. Ask"
        " the partner; when the first one stands, cancel this one."
    ),
    "registry_held": N_(
        "The population registry says something of the person that keeps this payment from going out: chitra roster"
        " items. Two people take it out of its batch: chitra batch amend {batch}. The roster pays what is still owed."
    ),
    "foreign_file": N_(
        "{name} is named as a file of ours and could not be taken over ({reason}). Find out what it paid before"
        " anything of it is imported again."
    ),
    "unknown_debit": N_("Our account was debited for something we did not send. Call the partner at once."),
    "second_debit": N_("One payment was debited twice. Call the partner at once and ask for the money back."),
    "benefit_twice": N_(
        "The return of a payment was undone after its benefit had been ordered again. What was not sent yet is held;"
        " ask the partner for the money of the other one back."
    ),
    "keys_contradict": N_(
        "The references of a booking name different payments. Ask the partner which one it is; nothing was moved."
    ),
    "key_ambiguous": N_(
        "The reference of a booking belongs to several payments. Ask the partner which one it is; nothing was moved."
    ),
    "unexplained_debit": N_(
        "An entry debited more than its details explain; the amount is the difference. Call the partner at once."
    ),
    "details_differ": N_("The details of an entry do not add up to its amount. Ask the partner for the rest."),
    "return_reversed": N_(
        "A return of this payment was itself undone. Ask the partner; if the month was paid again meanwhile, ask for"
        " the money back."
    ),
    "status_for_unsent_message": N_(
        "The partner answered a file that we have not sent, or have voided. Call the partner at once."
    ),
    "unknown_credit": N_("Money came in that no payment of ours explains. Ask the partner where it comes from."),
    "second_return": N_("One payment came back twice. Ask the partner which booking is right."),
    "suspected_return": N_(
        "This looks like a return, but it is not clear of what. Ask the partner what it is and for the end-to-end id."
    ),
    "return_of_other": N_("A return was debited that is not ours. Ask the partner."),
    "partial_return": N_(
        "Only a part of the payment came back, and no charges are stated that explain the rest. Ask the partner."
    ),
    "unknown_reversal": N_("A booking was reversed that no payment of ours explains. Ask the partner."),
    "second_reversal": N_("One payment was reversed twice. Ask the partner which booking is right."),
    "amount_differs": N_("The booked amount is not the payment's. Ask the partner; nothing was moved."),
    "currency_differs": N_("The booking is in another currency than the payment. Ask the partner; nothing was moved."),
    "other_partner": N_("The booking names a payment that went to another partner. Ask both; nothing was moved."),
    "evidence_for_unsent": N_("A payment was booked that we have not sent. Stop sending to this partner and call it."),
    "sum_entry": N_(
        "The file was booked in one sum that is neither all of its payments nor all but the rejected ones. Ask the"
        " partner for the details."
    ),
    "unknown_status": (
        N_("The partner answers with status {status}, which decides nothing here. Ask the partner what it means."),
        N_("The partner answers with a status that decides nothing here. Ask the partner what it means."),
    ),
    "missing_in_statement": N_(
        "A booking that the partner announced does not stand in the statement of its day. Ask the partner; this ends by"
        " itself when a statement has it."
    ),
    "unreadable_entry": N_("An entry cannot be read. Look at it in the file and ask the partner to correct it."),
    "statement_does_not_tie": N_("Opening balance plus entries is not the closing balance. Ask for a new statement."),
    "chain_broken": N_("The opening balance is not the last closing balance. Ask for the statement between them."),
    "statement_gap": (
        N_("Before the statement of {day} number {numbers} is missing. Ask the partner for it."),
        N_("A statement is missing by its number. Ask the partner for it."),
    ),
    "day_missing": (
        N_("There is no statement of the working days {first} to {last}. Ask the partner for it."),
        N_("There is no statement of a working day. Ask the partner for it."),
    ),
    "page_missing": (
        N_("Of the statement of {day} page {pages} is missing. Ask the partner for it."),
        N_("A page of a statement is missing. Ask the partner for it."),
    ),
    "statements_overlap": (
        N_("Statements between {first} and {last} cover the same days. Ask the partner which of them is the record."),
        N_("Statements cover the same days. Ask the partner which of them is the record."),
    ),
    "statement_corrected": (
        N_("The partner sent the statement of {day} again with other content. Compare both and ask the partner why."),
        N_("The partner sent a statement again with other content. Compare both and ask the partner why."),
    ),
    "statement_late": (
        N_("The statements of account {account} from {first} on are late. Ask the partner."),
        N_("The statement of a working day is late. Ask the partner for it."),
    ),
    "message_id_reused": N_("The answer has a message id that was used before; it was not used. Ask the partner."),
    "unproven_statement": N_("A statement without proof was read, nothing was moved. Wait for the partner's own file."),
    "status_for_unknown_message": (
        N_("The partner answers to file {message_id}, which we did not send. Call the partner at once."),
        N_("The partner answers to a file that we did not send. Call the partner at once."),
    ),
    "status_for_unknown_payment": N_("The partner answers to a payment that we did not send. Ask the partner."),
    "duplicate_rejection": N_(
        "The partner says that it has this file already. Nothing more is sent to it; ask what became of the first one."
    ),
    "booked_and_rejected": N_(
        "The partner rejected a payment and booked it. Call the partner before anything is paid again."
    ),
    "contradiction": N_("The partner accepted a payment after having rejected it. Ask the partner which word counts."),
    "no_final_answer": N_(
        "The day of execution is over and the partner has not said what became of this payment. Ask the partner; do not"
        " pay again."
    ),
    "file_unknown": N_(
        "It is not known whether the partner has this file. Ask it; two people resolve it, it is never sent again."
    ),
    "file_unanswered": (
        N_("The partner has said nothing of file {file} for {hours} hours. Call it and ask what became of the file."),
        N_("The partner has said nothing of a file. Call it and ask what became of it."),
    ),
    "overdue": (
        N_("No answer to our file for {hours} hours. Ask the partner whether it has arrived; never send it again."),
        N_("No answer to our file in time. Ask the partner whether it has arrived; never send it again."),
    ),
    "quarantined": N_("A received file could not be trusted or read and is set aside. See chitra file show."),
    "file_too_large": (
        N_("{name} is larger than agreed and was left at the partner. Ask the partner what it is."),
        N_("A file is larger than agreed and was left at the partner. Ask the partner what it is."),
    ),
    "file_without_done": (
        N_("{name} waits in {folder} for its .done and is not read. Ask the partner whether it is complete."),
        N_("A file waits for its .done and is not read. Ask the partner whether it is complete."),
    ),
    "done_without_file": (
        N_("{name} lies in {folder}, its file does not. Ask the partner for the file."),
        N_("A .done lies at the partner, its file does not. Ask the partner for the file."),
    ),
    "file_without_signature": (
        N_("{name} waits in {folder} for its signature and is not read. Ask the partner for the signature."),
        N_("A file waits for its signature and is not read. Ask the partner for the signature."),
    ),
    "signature_without_file": (
        N_("{name} lies in {folder}, the file that it signs does not. Ask the partner for the file."),
        N_("A signature lies at the partner, the file that it signs does not. Ask the partner for the file."),
    ),
    "file_unstable": (
        N_("{name} in {folder} keeps changing and is not read. Ask the partner when it is complete."),
        N_("A file at the partner keeps changing and is not read. Ask the partner when it is complete."),
    ),
    "file_unread": (
        N_("{name} in {folder} could not be read in several rounds. Ask the partner for the right to read it."),
        N_("A file at the partner could not be read in several rounds. Ask the partner for the right to read it."),
    ),
    "name_withheld": (
        N_("In {folder} lies something that is not taken because of its name or kind: {name}. Ask the partner."),
        N_("At the partner lies something that is not taken because of its name or kind. Ask the partner."),
    ),
    "archive_denied": (
        N_("{name} was received but cannot be moved out of {folder}. Ask the partner for the right to move it."),
        N_("A file was received but cannot be moved away. Ask the partner for the right to move it."),
    ),
}
"""Told with the exception; ``explain`` tells why a file was set aside."""
