"""Matching in sets of rows: details to payments, statuses to payments, and the state each payment then has.

Every statement works on the entries of the statements just recorded (``:file``) or on the ``touched`` payments.
"""

from gateway.store.matching.allocations import allocate
from gateway.store.matching.conclusions import CHANGING, ODD, causes, changes, conclude, odd, refused
from gateway.store.matching.facts import (
    FACTS,
    debit_days,
    open_windows,
    reopened_batches,
    reopened_files,
    write_facts,
)
from gateway.store.matching.keys import examine, name, reopen
from gateway.store.matching.leftovers import counts, dispose, gather, leave, set_apart
from gateway.store.matching.touched import open_touched, touch
from gateway.store.matching.words import DECISIVE

__all__ = [
    "CHANGING",
    "DECISIVE",
    "FACTS",
    "ODD",
    "allocate",
    "causes",
    "changes",
    "conclude",
    "counts",
    "debit_days",
    "dispose",
    "examine",
    "gather",
    "leave",
    "name",
    "odd",
    "open_touched",
    "open_windows",
    "refused",
    "reopen",
    "reopened_batches",
    "reopened_files",
    "set_apart",
    "touch",
    "write_facts",
]
