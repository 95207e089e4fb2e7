"""Viettel Money. A starting point to be confirmed with the partner: the wallet's file exchange guide is not public.

Public tables swap its NAPAS BIN with that of VNPT Money: confirm the number before the first payment.
"""

from __future__ import annotations

from datetime import time

from adapters.profile import Inbox, Limits, Outbox, WalletProfile

PROFILE = WalletProfile(
    code="viettelmoney",
    name="Viettel Money",
    napas_bin="971005",
    short_codes=("VTLMONEY",),
    status="starting point, to be confirmed with the partner (the NAPAS BIN too: sources disagree)",
    source="public wallet tables for the identifier; folders, names, limits and times are assumptions",
    outbox=Outbox(folder="/in", filename="VTM_{message_id}.xml"),
    inboxes=(
        Inbox(folder="/out/status", archive="/out/status/archive", pattern="VTM_PSR_*.xml", message="pain.002"),
        Inbox(
            folder="/out/notification", archive="/out/notification/archive", pattern="VTM_DCN_*.xml", message="camt.054"
        ),
        Inbox(folder="/out/statement", archive="/out/statement/archive", pattern="VTM_STM_*.xml", message="camt.053"),
    ),
    limits=Limits(payments_per_file_max=5_000, amount_per_file_max=30_000_000_000, amount_per_payment_max=30_000_000),
    cutoff=time(17, 0),
    account_scheme="MSISDN",
    return_window_days=3,
)
