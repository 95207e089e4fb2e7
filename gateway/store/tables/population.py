"""What the population registry was asked, and what it said. Insert-only."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from gateway.domain.roster import RegistryResult
from gateway.store.tables.columns import Big, big, key, one_of


class PopulationRequest(SQLModel, table=True):
    """A list of people that the registry was asked about: those of a roster as it was after ``upto``."""

    __tablename__ = "population_request"
    __table_args__ = (CheckConstraint("asked > 0", name="asks_somebody"),)

    id: int = key()
    reference: str = Field(unique=True)
    payer: str = Field(foreign_key="payer.code")
    programme: str
    upto: int = big(foreign_key="roster_change.id")
    """The roster's last act before."""
    month: str
    """Whose entitlement ended before this month is not asked about."""
    asked: int
    asked_sha256: bytes
    """Over whom it asks, and what was said of them."""
    actor: str = Field(foreign_key="operator.name")
    made_at: str


class PopulationAnswer(SQLModel, table=True):
    """An answer that was taken, beside the roster's act that it is."""

    __tablename__ = "population_answer"
    __table_args__ = (Index("ix_population_answer_request", "request_id"),)

    change_id: int = Field(primary_key=True, sa_type=Big, foreign_key="roster_change.id")
    request_id: int = big(foreign_key="population_request.id")
    answered_on: str
    source_name: str
    source_sha256: str
    rows_sha256: bytes
    """Equal for the same answer, also re-saved and re-ordered."""
    rows: int


class PopulationResult(SQLModel, table=True):
    """What an answer says of one person; of several answers the newest counts."""

    __tablename__ = "population_result"
    __table_args__ = (
        one_of("result", RegistryResult),
        Index("ix_population_result_person", "person_blind"),
        Index("ix_population_result_line", "line_id"),
    )

    change_id: int = Field(primary_key=True, sa_type=Big, foreign_key="population_answer.change_id")
    person_blind: bytes = Field(primary_key=True)
    line_id: int = big(foreign_key="roster_line.id")
    """The version that the registry was asked about."""
    result: str
