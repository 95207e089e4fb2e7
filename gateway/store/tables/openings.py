"""Accounts that partners were asked to open, and what became of that. Insert-only."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from gateway.domain.accounts import OpeningStep as Step
from gateway.store.tables.columns import Big, big, one_of


class AccountOpening(SQLModel, table=True):
    """A request asks for an account of one person."""

    __tablename__ = "account_opening"
    __table_args__ = (Index("ix_account_opening_person", "person_blind"),)

    change_id: int = Field(primary_key=True, sa_type=Big, foreign_key="account_request.change_id")
    line_id: int = Field(primary_key=True, sa_type=Big, foreign_key="roster_line.id")
    """The version that says who the person is."""
    person_blind: bytes


class AccountOpeningStep(SQLModel, table=True):
    """What an answer says of one of them; the newest counts, and an end is the last."""

    __tablename__ = "account_opening_step"
    __table_args__ = (
        one_of("outcome", Step),
        ForeignKeyConstraint(["request_id", "line_id"], ["account_opening.change_id", "account_opening.line_id"]),
        Index("ix_account_opening_step_asked", "request_id", "line_id"),
    )

    change_id: int = Field(primary_key=True, sa_type=Big, foreign_key="account_answer.change_id")
    request_id: int = Field(primary_key=True, sa_type=Big)
    line_id: int = Field(primary_key=True, sa_type=Big)
    outcome: str
    account_id: int | None = big(default=None, foreign_key="account.id")
    """The account that was opened."""
