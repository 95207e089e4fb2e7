"""Accounts of people, whoever told them. Insert-only."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from gateway.domain.accounts import AccountAct, AccountOrigin
from gateway.store.tables.columns import Big, big, key, one_of


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
