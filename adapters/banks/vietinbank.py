"""VietinBank. A starting point to be confirmed with the partner: the bank's file exchange guide is not public."""

from __future__ import annotations

from datetime import time

from adapters.profile import BankProfile, Inbox, Limits, Outbox

PROFILE = BankProfile(
    code="vietinbank",
    name="VietinBank",
    bic="ICBVVNVX",
    napas_bin="970415",
    short_codes=("ICB", "CTG"),
    status="starting point, to be confirmed with the partner",
    source="public bank tables for the identifiers; folders, names, limits and times are assumptions",
    outbox=Outbox(folder="/in", filename="CHITRA_{date:%Y%m%d}_{sequence:06d}.xml"),
    inboxes=(
        Inbox(folder="/out/status", archive="/out/status/archive", pattern="ACK_*.xml", message="pain.002"),
        Inbox(folder="/out/notification", archive="/out/notification/archive", pattern="NTF_*.xml", message="camt.054"),
        Inbox(folder="/out/statement", archive="/out/statement/archive", pattern="STM_*.xml", message="camt.053"),
    ),
    limits=Limits(
        payments_per_file_max=50_000, amount_per_file_max=500_000_000_000, amount_per_payment_max=500_000_000
    ),
    cutoff=time(15, 30),
    reasons={"E017": "AC04"},  # example until the bank's own list is known
)
