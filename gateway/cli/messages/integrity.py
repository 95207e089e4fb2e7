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
    "outside_is_ahead": N_(
        "Record {expected} is remembered outside, and the record ends at {got}: its end was cut off, or the database"
        " was set back. Stop; if no backup was restored, tell the auditor."
    ),
    "outside_differs": N_(
        "The record was rewritten before this place: another hash is remembered outside. Stop; tell the auditor."
    ),
}
