"""Payers, people, batches, payments, approvals."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from gateway.domain.signals import SignalKind
from gateway.domain.states import BatchState, PaymentState
from gateway.store.tables.columns import big, index_where, key, one_of, unique_where


class Payer(SQLModel, table=True):
    """An authority that pays; a batch belongs to one."""

    code: str = Field(primary_key=True)
    name: str
    tax_id: str


class Operator(SQLModel, table=True):
    """A person. The private key lives with the person, never here."""

    name: str = Field(primary_key=True)
    key_id: str
    public_key: str
    """Ed25519, or RSA of a token; PEM."""
    roles: str
    """Comma-separated: maker, checker, releaser, auditor, admin."""
    enrolled_at: str
    revoked_at: str | None = None


class Batch(SQLModel, table=True):
    """An imported payment list of one payer, programme and period."""

    __table_args__ = (
        one_of("state", BatchState),
        UniqueConstraint("id", "maker", name="uq_batch_id_maker"),
        unique_where(
            "uq_batch_rows",
            "payer",
            "programme",
            "rows_sha256",
            where="state NOT IN ('invalid', 'rejected', 'cancelled')",
        ),
    )

    id: str = Field(primary_key=True)
    payer: str = Field(foreign_key="payer.code")
    programme: str
    period: str
    maker: str = Field(foreign_key="operator.name")
    state: str
    rows_sha256: bytes
    """Import identity: over the rows' blinds sorted by payment_ref; equal for re-saved and re-ordered files."""
    content_sha256: bytes | None = None
    """What an approval signs; None for an invalid batch."""
    source_name: str
    source_sha256: str
    payments: int
    amount: int = big()
    currency: str
    approvals_required: int
    predecessor: str | None = Field(default=None, foreign_key="batch.id")
    """The invalid, rejected or cancelled batch that this one corrects, or whose payments it pays again."""
    created_at: str


class IssuedReport(SQLModel, table=True):
    """What was reported of a batch when it closed; number 1 is the original, others supplements. Insert-only."""

    __tablename__ = "batch_report"

    batch_id: str = Field(primary_key=True, foreign_key="batch.id")
    number: int = Field(primary_key=True)
    made_at: str
    content: str
    """JSON without personal data: ``sums``, ``outcomes``, and ``changes`` since the report before."""


class Problem(SQLModel, table=True):
    """One problem of one row of an invalid batch; parameters hold no personal data."""

    __table_args__ = (Index("ix_problem_batch", "batch_id"),)

    id: int = key()
    batch_id: str = Field(foreign_key="batch.id")
    row: int
    field: str
    code: str
    params: str


class Approval(SQLModel, table=True):
    """A checker's signature over the content digest. The composite key brings the maker, the check refuses (M11)."""

    __table_args__ = (
        ForeignKeyConstraint(["batch_id", "maker"], ["batch.id", "batch.maker"], name="fk_approval_batch_maker"),
        CheckConstraint("approver <> maker", name="four_eyes"),
        one_of("role", ("checker", "releaser")),
        unique_where("uq_approval_releaser", "batch_id", where="role = 'releaser'"),
    )

    batch_id: str = Field(primary_key=True)
    approver: str = Field(primary_key=True, foreign_key="operator.name")
    maker: str
    role: str
    """As what the person signed; nobody signs twice, so that a releaser is none of the checkers."""
    content_sha256: bytes
    key_id: str
    signature: bytes
    approved_at: str


class Acknowledgement(SQLModel, table=True):
    """Somebody who signs a batch has looked at all its lines with one signal of fraud. Insert-only."""

    __table_args__ = (
        ForeignKeyConstraint(["batch_id", "maker"], ["batch.id", "batch.maker"], name="fk_acknowledgement_batch_maker"),
        CheckConstraint("operator <> maker", name="four_eyes"),
        CheckConstraint("lines > 0", name="of_something"),
        one_of("signal", SignalKind),
    )

    batch_id: str = Field(primary_key=True)
    operator: str = Field(primary_key=True, foreign_key="operator.name")
    signal: str = Field(primary_key=True)
    signals_sha256: bytes = Field(primary_key=True)
    """Over the lines that were shown, and what they were compared with."""
    maker: str
    lines: int
    reason: str
    key_id: str
    signature: bytes
    made_at: str


class Requirement(SQLModel, table=True):
    """Who must sign a batch, by the rules that held when it was submitted. Insert-only."""

    __table_args__ = (CheckConstraint("checkers > 0", name="somebody"),)

    batch_id: str = Field(primary_key=True, foreign_key="batch.id")
    checkers: int
    releaser: bool


class Payment(SQLModel, table=True):
    """One line of a batch: one transfer to one payee."""

    __table_args__ = (
        one_of("state", PaymentState),
        CheckConstraint("amount > 0", name="amount_positive"),
        unique_where("uq_payment_ref", "payer", "programme", "payment_ref", where="state <> 'cancelled'"),
        unique_where(
            "uq_payment_benefit",
            "programme",
            "person_blind",
            "benefit_month",
            where="kind <> 'arrears' AND holds_key",
        ),
        index_where("ix_payment_benefit", "programme", "person_blind", "benefit_month", where="holds_key"),
        Index("ix_payment_batch_state", "batch_id", "state"),
        Index("ix_payment_uetr", "uetr"),
        index_where(
            "ix_payment_unkeyed", "person_blind", where="NOT holds_key AND state IN ('sent', 'accepted', 'settled')"
        ),
    )

    id: int = key()
    batch_id: str = Field(foreign_key="batch.id")
    line: int
    """Row of the imported file as the person saw it."""
    payer: str
    programme: str
    payment_ref: str
    end_to_end_id: str = Field(unique=True)
    uetr: str
    partner: str
    bank: str
    """NAPAS BIN of the payee's bank or wallet."""
    amount: int = big()
    entitled_amount: int | None = big(default=None)
    """What the person may have for the month in all; arrears beside other lines need it."""
    currency: str
    kind: str
    benefit_month: str
    commune_code: str
    state: str
    held_from: str | None = None
    holds_key: bool = True
    """Occupies person + programme + month; false after proven rejection, return or cancellation, and true again only
    when the money is out after all (trigger)."""
    debited_at: str | None = None
    """Booking date of the debit."""
    credited_evidence: str | None = None
    return_window_until: str | None = None
    reason: str | None = None
    """Latest rejection or return reason code."""
    returned_amount: int = big(default=0)
    """Gross: what came back and ``return_charges``."""
    return_charges: int = big(default=0, sa_column_kwargs={"server_default": "0"})
    personal: bytes
    person_blind: bytes
    account_blind: bytes
    content_blind: bytes
    predecessor_id: int | None = big(default=None, foreign_key="payment.id", unique=True)
    """M10: at most one successor each."""
