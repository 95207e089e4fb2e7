"""States in one or two words, and the words of values that are codes themselves."""

from __future__ import annotations

from gateway.cli.words import N_

STATES = {
    # payments
    "ready": N_("ready"),
    "held": N_("held"),
    "approved": N_("approved"),
    "allocated": N_("allocated"),
    "sent": N_("sent"),
    "accepted": N_("accepted"),
    "settled": N_("debited"),
    "rejected": N_("rejected"),
    "returned": N_("returned"),
    "cancelled": N_("cancelled"),
    # files to partners
    "sealed": N_("signed"),
    "uploading": N_("uploading"),
    "releasing": N_("being released"),
    "unknown": N_("outcome unknown"),
    "acknowledged": N_("acknowledged"),
    "closed": N_("closed"),
    "void": N_("void"),
    # files from partners
    "received": N_("received"),
    "duplicate": N_("duplicate"),
    "quarantined": N_("quarantined"),
    "processed": N_("processed"),
    # batches
    "invalid": N_("invalid"),
    "submitted": N_("submitted"),
    "sending": N_("sending"),
    "closing": N_("waiting for the end"),
    # decisions
    "proposed": N_("waits for a second person"),
    "executed": N_("done"),
    "lapsed": N_("lapsed"),
    # entries and exceptions
    "open": N_("open"),
    "exception": N_("exception"),
    "ignored": N_("not used"),
    "assigned": N_("assigned"),
    "resolved": N_("resolved"),
    # work items of the roster
    "stopped": N_("ended"),
    "gone": N_("no longer so"),
    # awaited statements
    "here": N_("here"),
    "late": N_("late"),
    "awaited": N_("awaited"),
}

STATUSES = {
    # of payments and of files
    "RCVD": N_("received by the bank"),
    "ACTC": N_("form and signature checked"),
    "ACCP": N_("form and customer checked"),
    "ACFC": N_("form, customer and funds checked"),
    "ACFW": N_("checked, waits for our confirmation"),
    "ACSP": N_("accepted, being executed"),
    "ACWC": N_("accepted with a change"),
    "ACWP": N_("accepted, not credited to the beneficiary yet"),
    "ACPD": N_("handed to the clearing"),
    "ACSC": N_("settled by the bank's word"),
    "ACCC": N_("credited to the beneficiary by the bank's word"),
    "ACIS": N_("cheque issued"),
    "CPUC": N_("cash collected"),
    "PDNG": N_("pending at the bank"),
    "PATC": N_("waits for further signatures"),
    "PART": N_("partly accepted"),
    "PRES": N_("request shown to the payer"),
    "BLCK": N_("blocked: neither credited nor returned"),
    "CANC": N_("cancelled on request"),
    "RJCT": N_("rejected"),
    # of the check of payees' names
    "RCVC": N_("names checked, all match"),
    "RVCM": N_("names checked, some do not match"),
    "RVMC": N_("name checked, nearly matches"),
    "RVNM": N_("name checked, does not match"),
    "RVNA": N_("name could not be checked"),
    "RVNC": N_("names not checked yet"),
    # of entries
    "BOOK": N_("booked"),
    "FUTR": N_("booked for a later day"),
    "INFO": N_("only for information"),
}
"""Statuses that partners give; their word settles nothing, a booked entry does (S1)."""

PHRASES = {
    # why an approval is void
    "content_changed": N_("the content was changed after the approval"),
    "signature_invalid": N_("a signature does not match"),
    "too_few": N_("approvals are missing"),
    # why a file is unsafe
    "unreadable_or_link": N_("it cannot be read or is a link"),
    "wrong_kind": N_("it is no regular file or folder"),
    "foreign_owner": N_("it belongs to another user"),
    "mode_too_open": N_("other users can read it"),
    # operations at a partner's server
    "listing": N_("listing"),
    "open": N_("opening"),
    "read": N_("reading"),
    "write": N_("writing"),
    "sync": N_("writing to disk"),
    "close": N_("closing"),
    "stat": N_("looking up"),
    "rename": N_("renaming"),
    "remove": N_("removing"),
    # steps of the demo
    "import": N_("importing"),
    # where accounts are known from
    "roster": N_("roster"),
    "vneid": N_("VNeID"),
    "commune": N_("commune"),
    "opening": N_("opened for us"),
    # roles
    "maker": N_("maker"),
    "checker": N_("checker"),
    "releaser": N_("releaser"),
    "auditor": N_("auditor"),
    "admin": N_("administrator"),
    # what a status report speaks of
    "group": N_("file"),
    "block": N_("block of payments"),
    "transfer": N_("payment"),
    # directions of files, kinds of partners, purposes of keys
    "out": N_("out"),
    "in": N_("in"),
    "bank": N_("bank"),
    "wallet": N_("e-wallet"),
    "signing": N_("signing"),
    "transport": N_("transport"),
    "openpgp": N_("OpenPGP"),
    "storage": N_("storage"),
    "operator": N_("operator"),
    "answers": N_("answers"),
    "server": N_("server"),
    # states of keys
    "pre-active": N_("not in use yet"),
    "active": N_("in use"),
    "verify-only": N_("only verifies"),
    "destroyed": N_("destroyed"),
    # how far a partner's profile can be relied on
    "starting point, to be confirmed with the partner": N_("starting point, to be confirmed with the partner"),
    "starting point, to be confirmed with the partner (the NAPAS BIN too: sources disagree)": N_(
        "starting point, to be confirmed with the partner (the NAPAS BIN too: sources disagree)"
    ),
    # acts of two people, and what they are about
    "start": N_("start again"),
    "exception resolve": N_("end of an exception"),
    "operator add": N_("enrolment of a person"),
    "operator role": N_("other roles of a person"),
    "operator revoke": N_("end of a person's rights"),
    "explained": N_("explained; not a payment of ours"),
    "return_of": N_("return of a payment of ours"),
    "cleared": N_("cleared up with the partner"),
    "answered": N_("answered; nothing else to do"),
    "mended": N_("mended"),
    "file resolve": N_("verdict on a file"),
    "file mark-delivered": N_("delivered by hand"),
    "payment reissue": N_("pay again"),
    "batch repay": N_("pay a list again"),
    "key import": N_("believe a partner's key"),
    "funding confirm": N_("money has come"),
    "rate import": N_("rates"),
    "payment recall": N_("recall"),
    "payment cancel": N_("cancel a payment"),
    # rates
    "rate level": N_("level"),
    "rate coefficient": N_("coefficient"),
    "rate amount": N_("amount of a group"),
    "rate instead": N_("local level"),
    "rate addition": N_("local addition"),
    "sure high": N_("high"),
    "sure medium": N_("medium"),
    "sure low": N_("low: look it up"),
    # how a recall stands
    "recall requested": N_("waits to be sent"),
    "recall asked": N_("asked, no answer yet"),
    "recall pending": N_("the partner is looking into it"),
    "recall accepted": N_("accepted; the money counts as back only when it is booked"),
    "recall rejected": N_("refused"),
    "CUST": N_("on request"),
    "DUPL": N_("duplicate"),
    "TECH": N_("technical fault"),
    "FRAD": N_("fraud"),
    # why a payment is suggested for an entry
    "same_account": N_("same account"),
    "account_alike": N_("account alike"),
    "same_name": N_("same name"),
    "name_alike": N_("name alike"),
    "only_one": N_("the only payment of this amount in these days"),
    # why a batch is held
    "limit_per_day": N_("limit per day"),
    "limit_per_account": N_("limit per account"),
    "limit_per_person": N_("limit per person"),
    "balance_unknown": N_("no balance known"),
    "balance_too_old": N_("balance too old"),
    "funds_missing": N_("money is missing"),
    "delivered": N_("delivered"),
    "absent": N_("never arrived"),
    "all": N_("everything"),
    "partner": N_("partner"),
    "batch": N_("batch"),
    "programme": N_("programme"),
    "payer": N_("payer"),
    "emergency": N_("stopped by a person"),
    "perhaps_sent": N_("it was open when the database was set back: it may have been sent before"),
    "resume": N_("leave safe mode"),
    "withdrawn": N_("it was withdrawn"),
    # why nothing is sent
    "database_set_back": N_("the database does not continue what was remembered outside it"),
    "backup_restored": N_("the database was restored from a backup"),
    "unknown_file_of_ours": N_("a file of ours lies at a partner that the database does not know"),
    "answer_to_forgotten": N_("a partner answers to something of ours that the database does not know"),
    "anchor_of_other_instance": N_("what was remembered is of another installation"),
    "anchor_of_later_epoch": N_("what was remembered is of a later epoch"),
    "home_was_copied": N_("this home was copied from another machine"),
    "anchor_is_ahead": N_("more was done than the database knows"),
    "row_forgotten": N_("a file that was being worked on is no longer in the database"),
    "anchor_has_other_past": N_("the database has another past"),
    "anchor_knows_more_of_people": N_("more was decided about people than the database knows"),
    "not_one_of_ours": N_("it is not written as ours are"),
    "not_our_payments": N_("its payments are not those that we know"),
    "message_id_known": N_("its message id is that of another file"),
    "payments_not_approved": N_("its payments are not approved here (any more)"),
    "payments_sent_twice": N_("its payments were sent by another file, too"),
    # why statements prove nothing
    "chain_begins_late": N_("the first statement begins too late"),
    "chain_ends_early": N_("the last statement ends too early"),
    "statement_does_not_tie": N_("a statement does not tie"),
    "statement_missing": N_("a statement is missing between two others"),
    "statement_undecided": N_("two versions of a statement are of one time"),
    "statements_overlap": N_("statements cover the same days"),
    # proofs
    "enveloped": N_("signature inside the file"),
    "detached": N_("signature beside the file"),
    "cms": N_("CMS signature beside the file"),
    "channel": N_("secured channel"),
    "none": N_("none"),
    "several": N_("several"),
}
"""Values of parameters such as ``reason``, ``why``, ``operation`` or ``role``."""

TIES = {
    "booked_differs": N_("bookings do not add up to the payment"),
    "state_differs": N_("state is not what the evidence says"),
    "batch_differs": N_("payments are not what was approved"),
    "not_in_statement": N_("booking missing from the statement"),
    "statement_awaited": N_("no statement yet"),
    "account_unproven": N_("no balance proves this day"),
}
"""What keeps a day from tying, besides exceptions."""
