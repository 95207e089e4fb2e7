"""What a check of the stored data found, what it looks like, and what to do."""

from __future__ import annotations

from gateway.cli.messages import Templates
from gateway.cli.words import N_

TEMPLATES: Templates = {
    # the audit record
    "audit_missing": N_("Records were deleted: {got} follows where {expected} must be. Stop; tell the auditor."),
    "audit_put_in": N_("A record was put in before its place. Stop; tell the auditor."),
    "audit_edited": N_("This record was edited: its content does not give its hash. Stop; tell the auditor."),
    "audit_relinked": N_(
        "The record before this one was rewritten with its hash, or this one was put in. Stop; tell the auditor."
    ),
    "audit_replaced": N_(
        "Another record stands here: records were removed, exchanged or renumbered. Stop; tell the auditor."
    ),
    "audit_head_missing": N_("The head of the record is gone. Stop; tell the auditor."),
    "audit_cut": N_("The end of the record was cut off after {got}. Stop; tell the auditor."),
    "audit_beyond_head": N_(
        "Records were put in at the end, or the head was set back to {expected}. Stop; tell the auditor."
    ),
    "audit_head_changed": N_("The head or the last record was rewritten. Stop; tell the auditor."),
    "anchor_foreign": N_(
        "The anchor belongs to another installation. Is this the right database? Else tell the auditor."
    ),
    "anchor_of_later_life": N_(
        "The anchor is of a later epoch: this database was set back, or a copy of it went on. See safe mode."
    ),
    "anchor_unsigned": N_(
        "The anchor has no signature, so anybody may have written it. Was it written by an older version? Else tell the"
        " auditor."
    ),
    "anchor_forged": N_("The signature of the anchor is not by a key of ours. Stop; tell the auditor."),
    "outside_is_ahead": N_(
        "Record {expected} is remembered outside, and the record ends at {got}: its end was cut off, or the database"
        " was set back. Stop; if no backup was restored, tell the auditor."
    ),
    "statements_missing": N_(
        "{expected} decisions about people are remembered outside, and {got} are there: some were left out, or the"
        " database was set back. Stop; if no backup was restored, tell the auditor."
    ),
    "outside_differs": N_(
        "The record was rewritten before this place: another hash is remembered outside. Stop; tell the auditor."
    ),
    # definitions
    "definition_missing": N_(
        "It is missing. Find out who removed it and what was changed meanwhile; chitra db upgrade makes triggers anew."
    ),
    "definition_changed": N_(
        "Its text is not that of this version. Find out who changed it; chitra db upgrade makes triggers anew."
    ),
    "definition_unexpected": N_(
        "This version does not have it. Find out what it does and who put it there; remove it."
    ),
    # rows
    "pages_damaged": N_("The database file is damaged. Stop; restore a backup and look at the disk."),
    "row_orphaned": N_("This row points to one that is not there. Stop; tell the auditor."),
    "state_differs": N_("The state is not where its history ends. Stop; tell the auditor."),
    "history_broken": N_("This move does not follow the one before it, or is not legal. Stop; tell the auditor."),
    "rows_differ": N_("The row is not what other rows, or its bytes, say. Stop; tell the auditor."),
    "rows_missing": N_("The record of acts knows of {expected} of these, and {got} are there. Stop; tell the auditor."),
    "conclusion_differs": N_(
        "State, booking day, what was returned, charges or reason are not what all evidence gives. Stop; tell the"
        " auditor."
    ),
    "counter_set_back": N_(
        "A counter is behind numbers that it gave: they would be given twice. Stop; tell the auditor."
    ),
    # digests, envelopes, signatures, records
    "content_differs": N_("The content is not the one that was imported and approved. Stop; tell the auditor."),
    "envelope_differs": N_("The personal data do not open, or are not those of this row. Stop; tell the auditor."),
    "signature_differs": N_("The signatures do not hold over what is stored. Stop; tell the auditor."),
    "people_differ": N_(
        "Not what two admins signed, each resting on the root admins: {expected} stands there. Stop; tell the auditor."
    ),
    "record_differs": N_("The row is not what was recorded when it was made. Stop; tell the auditor."),
    # bytes
    "bytes_missing": N_("The stored bytes {expected} are missing. Restore a backup beside it; tell the auditor."),
    "bytes_differ": N_("The stored bytes are not what they were. Stop; tell the auditor."),
    "proof_differs": N_("The proof of the stored bytes is another than the row says. Stop; tell the auditor."),
    "proof_not_repeatable": N_(
        "Its proof cannot be checked again ({got}), so its rows were not compared. Pin the certificate of that time to"
        " compare them."
    ),
}
