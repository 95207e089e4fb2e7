"""Agribank. A starting point to be confirmed with the partner: the bank's file exchange guide is not public."""

from __future__ import annotations

from datetime import time

from adapters.profile import BankProfile, Inbox, Limits, Outbox

PROFILE = BankProfile(
    code="agribank",
    name="Agribank",
    bic="VBAAVNVX",
    napas_bin="970405",
    short_codes=("VBA", "VBARD"),
    status="starting point, to be confirmed with the partner",
    source="public bank tables for the identifiers; folders, names, limits and times are assumptions",
    outbox=Outbox(folder="/in", filename="AGR{date:%y%m%d}{sequence:06d}.XML"),
    inboxes=(
        Inbox(folder="/out/status", archive="/out/status/archive", pattern="PSR*.XML", message="pain.002"),
        Inbox(folder="/out/notification", archive="/out/notification/archive", pattern="DCN*.XML", message="camt.054"),
        Inbox(folder="/out/statement", archive="/out/statement/archive", pattern="EOD*.XML", message="camt.053"),
    ),
    limits=Limits(
        payments_per_file_max=10_000,
        amount_per_file_max=100_000_000_000,
        amount_per_payment_max=300_000_000,
        remittance_chars_max=105,
    ),
    cutoff=time(15, 0),
    acknowledgement_hours=8,
    return_window_days=7,
)
