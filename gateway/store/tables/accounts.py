"""Accounts of people, whoever told them. Insert-only."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from gateway.domain.accounts import AccountAct, AccountOrigin
from gateway.domain.accounts import AccountStep as Step
from gateway.store.tables.columns import Big, big, index_where, key, one_of


class AccountChange(SQLModel, table=True):
    """One act that told something of accounts."""

    __tablename__ = "account_change"
    __table_args__ = (one_of("kind", AccountAct),)

    id: int = key()
    reference: str = Field(unique=True)
    kind: str
    payer: str = Field(foreign_key="payer.code")
    actor: str = Field(foreign_key="operator.name")
    made_at: str


class AccountFile(SQLModel, table=True):
    """A list of accounts that told new ones, beside its act."""

    __tablename__ = "account_file"

    change_id: int = Field(primary_key=True, sa_type=Big, foreign_key="account_change.id")
    source_name: str
    source_sha256: str
    rows: int
    added: int


class Account(SQLModel, table=True):
    """An account of a person and whose it is said to be; another owner makes it another row."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("person_blind", "account_blind", "owner_blind", name="uq_account_person"),
        one_of("origin", AccountOrigin),
        Index("ix_account_number", "account_blind"),
        Index("ix_account_made", "made_by"),
    )

    id: int = key()
    made_by: int = big(foreign_key="account_change.id")
    origin: str
    bank: str
    """NAPAS BIN."""
    personal: bytes
    person_blind: bytes
    account_blind: bytes
    """Equal to the roster's for the same account."""
    owner_blind: bytes
    """Of the comparable name of whoever receives."""


class AccountRequest(SQLModel, table=True):
    """A partner was asked whose accounts are; which these are, its steps say."""

    __tablename__ = "account_request"
    __table_args__ = (CheckConstraint("asked > 0", name="asks_something"),)

    change_id: int = Field(primary_key=True, sa_type=Big, foreign_key="account_change.id")
    partner: str
    form: str
    """The version of the message, or ``list``."""
    asked: int
    sha256: str
    """Of the file that was written; its bytes are not kept."""


class AccountAnswer(SQLModel, table=True):
    """An answer that was taken."""

    __tablename__ = "account_answer"
    __table_args__ = (Index("ix_account_answer_request", "request_id"),)

    change_id: int = Field(primary_key=True, sa_type=Big, foreign_key="account_change.id")
    request_id: int = big(foreign_key="account_request.change_id")
    answered_on: str
    source_name: str
    source_sha256: str
    rows_sha256: bytes
    """Equal for the same answer, also re-saved and re-ordered."""
    rows: int


class AccountStep(SQLModel, table=True):
    """What an act says of an account; of several the newest counts."""

    __tablename__ = "account_step"
    __table_args__ = (
        one_of("state", Step),
        Index("ix_account_step_account", "account_id", "change_id"),
        index_where("ix_account_step_doubt", "account_id", where="state IN ('mismatch', 'refused')"),
    )

    change_id: int = Field(primary_key=True, sa_type=Big, foreign_key="account_change.id")
    account_id: int = Field(primary_key=True, sa_type=Big, foreign_key="account.id")
    state: str = Field(primary_key=True)
    personal: bytes | None = None
    """What the bank has itself: a name, perhaps masked, or another account."""
