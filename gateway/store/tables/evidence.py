"""Files in and what they say: statuses, statements, entries, and what we concluded from them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from gateway.domain.resolutions import RESOLUTIONS
from gateway.domain.states import InboundState
from gateway.store.tables.columns import Big, big, index_where, key, one_of, unique_where


class FileIn(SQLModel, table=True):
    """A received file; its bytes are the blob ``sha256``."""

    __tablename__ = "file_in"
    __table_args__ = (
        one_of("state", InboundState),
        unique_where("uq_file_in_content", "partner", "sha256", where="state <> 'duplicate' AND proof <> 'none'"),
        Index("ix_file_in_arrival", "partner", "sha256"),
        index_where("ix_file_in_received", "partner", where="state = 'received'"),
    )

    id: int = key()
    reference: str = Field(unique=True)
    partner: str
    folder: str
    """Where it lay at the partner; empty for a file imported by a person."""
    name: str
    message: str | None = None
    sha256: str
    size_bytes: int = big()
    signature_sha256: str | None = None
    """Of the signature that came beside it, a blob of its own."""
    state: str
    code: str | None = None
    """Why it was quarantined."""
    params: str = "{}"
    proof: str = ""
    """How it is proven; ``none`` when a person brought it without proof, empty while that is not known."""
    key_id: str | None = None
    received_at: str
    archived_at: str | None = None


class Finding(SQLModel, table=True):
    """What the schema or the profile has against a file that was read all the same."""

    id: int = key()
    file_in_id: int = big(foreign_key="file_in.id", index=True)
    path: str
    rule: str
    message: str


class StatusReport(SQLModel, table=True):
    """One pain.002."""

    __tablename__ = "status_report"
    __table_args__ = (UniqueConstraint("partner", "message_id", name="uq_status_report_message"),)

    id: int = key()
    file_in_id: int = big(foreign_key="file_in.id", index=True)
    partner: str
    message_id: str
    created_at: str
    """The time inside the message."""


class StatusLine(SQLModel, table=True):
    """One status at group, block (payment information) or transfer level."""

    __tablename__ = "status_line"
    __table_args__ = (
        Index("ix_status_line_report", "report_id"),
        Index("ix_status_line_payment", "end_to_end_id"),
        index_where("ix_status_line_block", "original_block_id", where="level = 'block'"),
        index_where("ix_status_line_message", "original_message_id", where="level = 'group'"),
        index_where("ix_status_line_reference", "servicer_reference", where="servicer_reference IS NOT NULL"),
    )

    id: int = key()
    report_id: int = big(foreign_key="status_report.id")
    level: str
    original_message_id: str
    original_block_id: str | None = None
    end_to_end_id: str | None = None
    status: str | None = None
    reason: str | None = None
    duplicate_class: bool = False
    """The reason says an earlier copy arrived: evidence of delivery, never a rejection."""
    servicer_reference: str | None = None
    """Under which of its own references the partner books the payment."""


class Statement(SQLModel, table=True):
    """One statement, report or notification of an account."""

    __table_args__ = (Index("ix_statement_account", "partner", "account", "to_date"),)

    id: int = key()
    file_in_id: int = big(foreign_key="file_in.id", index=True)
    ordinal: int
    partner: str
    message: str
    version: str
    message_id: str | None = None
    statement_id: str | None = None
    created_at: str | None = None
    sequence: int | None = big(default=None)
    legal_sequence: int | None = big(default=None)
    page: int | None = big(default=None)
    last_page: bool | None = None
    account: str | None = None
    currency: str | None = None
    from_date: str | None = None
    to_date: str | None = None
    opening: int | None = big(default=None)
    closing: int | None = big(default=None)
    entries: int = 0
    entry_sum: int = big(default=0)
    ties: bool | None = None
    """S4: opening + booked entries = closing; None where balances are not given."""
    content: bytes | None = None
    """Digest of the booked entries, whatever their order: tells a correction from a copy."""


class Balance(SQLModel, table=True):
    """One balance of a statement, signed: credit is positive."""

    statement_id: int = Field(primary_key=True, foreign_key="statement.id")
    ordinal: int = Field(primary_key=True)
    kind: str
    amount: int | None = big(default=None)
    currency: str | None = None
    date: str | None = None


class Entry(SQLModel, table=True):
    """One entry, signed: credit is positive. S2: of equal identities one is worked with, the others are ignored."""

    __table_args__ = (
        one_of("disposition", ("open", "allocated", "exception", "ignored")),
        CheckConstraint("disposition <> 'ignored' OR reason IS NOT NULL", name="ignored_with_reason"),
        unique_where("uq_entry_identity", "identity", where="disposition <> 'ignored'"),
        index_where("ix_entry_explained", "identity", where="reason = 'explained'"),
        Index("ix_entry_statement", "statement_id"),
    )

    id: int = key()
    statement_id: int = big(foreign_key="statement.id")
    ordinal: int
    identity: bytes
    loose: bytes | None = Field(default=None, index=True)
    """Account, bank reference and amount alone: joins an entry without details to the same one with details."""
    amount: int | None = big(default=None)
    currency: str | None = None
    status: str | None = None
    reversal: bool = False
    booking_date: str | None = None
    value_date: str | None = None
    reference: str | None = None
    servicer_reference: str | None = None
    bank_code: str | None = None
    message_id: str | None = None
    payment_information_id: str | None = None
    batch_count: int | None = big(default=None)
    problems: str = ""
    disposition: str
    reason: str | None = None
    personal: bytes | None = None


class Detail(SQLModel, table=True):
    """One transaction inside an entry, signed."""

    __table_args__ = (Index("ix_detail_entry", "entry_id"), Index("ix_detail_e2e", "end_to_end_id"))

    id: int = key()
    entry_id: int = big(foreign_key="entry.id")
    ordinal: int
    amount: int | None = big(default=None)
    currency: str | None = None
    end_to_end_id: str | None = None
    instruction_id: str | None = None
    uetr: str | None = None
    message_id: str | None = None
    payment_information_id: str | None = None
    servicer_reference: str | None = None
    is_return: bool = False
    return_reason: str | None = None
    reversal: bool = False
    charges: int | None = big(default=None)
    personal: bytes | None = None


class SumEntry(SQLModel, table=True):
    """An entry that names one of our files and no single payment of it: a sum of its lines."""

    __tablename__ = "sum_entry"
    __table_args__ = (one_of("by", ("message", "block")),)

    entry_id: int = Field(primary_key=True, sa_type=Big, foreign_key="entry.id")
    file_id: int = Field(foreign_key="file_out.id", index=True)
    by: str
    doubt: str | None = None
    """Why it settles nothing, whatever its amount: it names another file of ours as well."""


class ReferenceEntry(SQLModel, table=True):
    """An entry, or a transaction in it, that names nothing of ours but has the bank's own reference."""

    __tablename__ = "reference_entry"

    entry_id: int = Field(primary_key=True, sa_type=Big, foreign_key="entry.id")
    detail_id: int = Field(primary_key=True, sa_type=Big)
    """0 for an entry without transactions."""
    reference: str = Field(index=True)


class Allocation(SQLModel, table=True):
    """S5: one detail, or a part of one sum, to one payment, exact amount and currency."""

    __table_args__ = (
        one_of("kind", ("debit", "return", "reversal", "return_reversal")),
        one_of("by", ("end_to_end", "uetr", "instruction", "message", "block", "bank_reference", "person")),
        unique_where("uq_allocation_part", "entry_id", "payment_id", where="detail_id IS NULL"),
        Index("ix_allocation_payment", "payment_id"),
    )

    id: int = key()
    detail_id: int | None = big(default=None, foreign_key="detail.id", unique=True)
    """None for a payment's part of an entry that books a whole file or block in one sum, and for an entry without
    transactions."""
    entry_id: int = big(foreign_key="entry.id", index=True)
    payment_id: int = big(foreign_key="payment.id")
    kind: str
    by: str
    """The key that named the payment: the strongest that the detail has, or a person."""
    amount: int = big()
    """As booked; of a return less charges, what came back."""
    charges: int = big(default=0)
    """What was kept of a return: ``amount`` and this are the payment's amount."""
    currency: str
    booked_on: str
    made_at: str | None = None
    """Since when we know it; None stands for the arrival of its file."""


class ExceptionItem(SQLModel, table=True):
    """Something a person must look at; never deleted."""

    __tablename__ = "exception"
    __table_args__ = (
        one_of("state", ("open", "resolved")),
        unique_where("uq_exception_detail", "kind", "detail_id", where="detail_id IS NOT NULL"),
        Index("ix_exception_state", "state"),
        Index("ix_exception_entry", "entry_id"),
        Index("ix_exception_payment", "kind", "payment_id"),
    )

    id: int = key()
    kind: str
    partner: str
    file_in_id: int | None = big(default=None, foreign_key="file_in.id", index=True)
    statement_id: int | None = big(default=None, foreign_key="statement.id")
    entry_id: int | None = big(default=None, foreign_key="entry.id")
    detail_id: int | None = big(default=None, foreign_key="detail.id")
    payment_id: int | None = big(default=None, foreign_key="payment.id")
    file_out_id: int | None = big(default=None, foreign_key="file_out.id")
    amount: int | None = big(default=None)
    currency: str | None = None
    params: str = "{}"
    state: str = "open"
    opened_at: str
    healed_at: str | None = None
    """Since when the evidence says that it is over; None while it is open, or when people have resolved it."""
    owner: str | None = None
    """Who looks after it: the name of an operator."""


class Resolution(SQLModel, table=True):
    """How an exception ended: what was found, by whom, when, why. Insert-only (trigger).

    What concerns money or the books names the executed decision of two people (M11, trigger).
    """

    __table_args__ = (
        one_of("resolution", RESOLUTIONS),
        CheckConstraint("(resolution = 'return_of') = (payment_id IS NOT NULL)", name="payment_of_return"),
    )

    exception_id: int = Field(primary_key=True, sa_type=Big, foreign_key="exception.id")
    resolution: str
    reason: str
    evidence_name: str | None = None
    evidence_sha256: str | None = None
    """A blob: the document it rests on."""
    payment_id: int | None = big(default=None, foreign_key="payment.id")
    """The payment that came back, when that is what was found."""
    resolved_by: str
    resolved_at: str
    last_allocation: int = big(default=0)
    """The newest allocation that there was; what is booked behind it may be told anew."""
    decision_id: int | None = big(default=None, foreign_key="decision.id")
