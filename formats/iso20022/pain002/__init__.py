"""pain.002, payment status report, any version: what the partner says of a message, a block, a transfer."""

from formats.iso20022.pain002.model import (
    BlockStatus,
    Charge,
    Counted,
    GroupStatus,
    Item,
    Original,
    Reason,
    Report,
    TransferStatus,
)
from formats.iso20022.pain002.read import read

__all__ = [
    "BlockStatus",
    "Charge",
    "Counted",
    "GroupStatus",
    "Item",
    "Original",
    "Reason",
    "Report",
    "TransferStatus",
    "read",
]
