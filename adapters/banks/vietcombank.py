"""Vietcombank. A starting point to be confirmed with the partner: the bank's file exchange guide is not public."""

from __future__ import annotations

from datetime import time

from adapters.profile import BankProfile, Inbox, Limits, Outbox

PROFILE = BankProfile(
    code="vietcombank",
    name="Vietcombank",
    bic="BFTVVNVX",
    napas_bin="970436",
    short_codes=("VCB",),
    status="starting point, to be confirmed with the partner",
    source="public bank tables for the identifiers; folders, names, limits and times are assumptions",
    outbox=Outbox(folder="/in", filename="{message_id}.xml"),
    inboxes=(
        Inbox(folder="/out/status", archive="/out/status/archive", pattern="*.pain002.xml", message="pain.002"),
        Inbox(
            folder="/out/notification", archive="/out/notification/archive", pattern="*.camt054.xml", message="camt.054"
        ),
        Inbox(folder="/out/statement", archive="/out/statement/archive", pattern="*.camt053.xml", message="camt.053"),
    ),
    limits=Limits(
        payments_per_file_max=20_000, amount_per_file_max=300_000_000_000, amount_per_payment_max=500_000_000
    ),
    cutoff=time(16, 0),
    agent_scheme=None,  # agents by BIC
    acknowledgement_hours=2,
)
