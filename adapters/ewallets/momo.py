"""MoMo. A starting point to be confirmed with the partner: the wallet's file exchange guide is not public."""

from __future__ import annotations

from datetime import time

from adapters.profile import Inbox, Limits, Outbox, WalletProfile

PROFILE = WalletProfile(
    code="momo",
    name="MoMo",
    napas_bin="971025",
    short_codes=("MOMO",),
    status="starting point, to be confirmed with the partner",
    source="public wallet tables for the identifier; folders, names, limits and times are assumptions",
    outbox=Outbox(folder="/in", filename="payout-{date:%Y%m%d}-{sequence:06d}.xml"),
    inboxes=(
        Inbox(folder="/out/status", archive="/out/status/archive", pattern="status-*.xml", message="pain.002"),
        Inbox(
            folder="/out/notification", archive="/out/notification/archive", pattern="credit-*.xml", message="camt.054"
        ),
        Inbox(folder="/out/statement", archive="/out/statement/archive", pattern="statement-*.xml", message="camt.053"),
    ),
    limits=Limits(payments_per_file_max=5_000, amount_per_file_max=50_000_000_000, amount_per_payment_max=50_000_000),
    cutoff=time(20, 0),
    uppercase_names=False,
    acknowledgement_hours=1,
    return_window_days=3,
)
