"""The tables, by theme. Times are ISO 8601 text in UTC and dates ISO text, equal on both databases; money is BIGINT
minor units; personal data only inside ``personal`` envelopes and ``*_blind`` columns.
"""

from gateway.store.tables.accounts import Account, AccountChange, AccountFile
from gateway.store.tables.control import Decision, Funding, KeyStep, Rate, Recall, RecallAnswer, Sighting, Stop, Verdict
from gateway.store.tables.evidence import (
    Allocation,
    Balance,
    Detail,
    Entry,
    ExceptionItem,
    FileIn,
    Finding,
    ReferenceEntry,
    Resolution,
    Statement,
    StatusLine,
    StatusReport,
    SumEntry,
)
from gateway.store.tables.files import Attempt, FileOut, PaymentFile, WireObject
from gateway.store.tables.ledger import Audit, AuditHead, Blob, History, Instance, Pruned, Sequence
from gateway.store.tables.payout import (
    Approval,
    Batch,
    IssuedReport,
    Operator,
    Payer,
    Payment,
    Problem,
    Requirement,
)
from gateway.store.tables.population import PopulationAnswer, PopulationRequest, PopulationResult
from gateway.store.tables.roster import RosterChange, RosterFile, RosterLine, WorkItem

__all__ = [
    "Account",
    "AccountChange",
    "AccountFile",
    "Allocation",
    "Approval",
    "Attempt",
    "Audit",
    "AuditHead",
    "Balance",
    "Batch",
    "Blob",
    "Decision",
    "Detail",
    "Entry",
    "ExceptionItem",
    "FileIn",
    "FileOut",
    "Finding",
    "Funding",
    "History",
    "Instance",
    "IssuedReport",
    "KeyStep",
    "Operator",
    "Payer",
    "Payment",
    "PaymentFile",
    "PopulationAnswer",
    "PopulationRequest",
    "PopulationResult",
    "Problem",
    "Pruned",
    "Rate",
    "Recall",
    "RecallAnswer",
    "ReferenceEntry",
    "Requirement",
    "Resolution",
    "RosterChange",
    "RosterFile",
    "RosterLine",
    "Sequence",
    "Sighting",
    "Statement",
    "StatusLine",
    "StatusReport",
    "Stop",
    "SumEntry",
    "Verdict",
    "WireObject",
    "WorkItem",
]
