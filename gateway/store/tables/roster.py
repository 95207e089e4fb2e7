"""The roster: who is entitled to what, in versions; each knows the act that made it and the act that ended it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from gateway.domain.roster import ChangeKind, ItemState
from gateway.store.tables.columns import Big, big, index_where, key, one_of, unique_where


class RosterChange(SQLModel, table=True):
    """One act that changed the roster of a payer. Insert-only."""

    __tablename__ = "roster_change"
    __table_args__ = (one_of("kind", ChangeKind),)

    id: int = key()
    reference: str = Field(unique=True)
    kind: str
    payer: str = Field(foreign_key="payer.code")
    programme: str
    actor: str = Field(foreign_key="operator.name")
    made_at: str


class RosterFile(SQLModel, table=True):
    """A list that was imported, beside its change. Insert-only."""

    __tablename__ = "roster_file"
    __table_args__ = (Index("ix_roster_file_list", "payer", "programme", "as_of"),)

    change_id: int = Field(primary_key=True, sa_type=Big, foreign_key="roster_change.id")
    payer: str
    programme: str
    as_of: str
    """The day whose state the list tells; a list of an earlier day than the last is refused."""
    source_name: str
    source_sha256: str
    rows_sha256: bytes
    """Import identity: over the content of all rows, sorted; equal for re-saved and re-ordered lists."""
    rows: int
    """People in the list; the numbers below are of these, but for ``absent``."""
    added: int
    changed: int
    same: int
    unusable: int
    absent: int
    """People of the list before whom this one does not name; nobody is ended by that alone."""


class RosterLine(SQLModel, table=True):
    """One version of what one payer has decided for one person in one programme.

    A version is never changed; it ends when another takes its place, or when the entitlement is taken back.
    """

    __tablename__ = "roster_line"
    __table_args__ = (
        unique_where("uq_roster_line_live", "payer", "programme", "person_blind", where="ended_by IS NULL"),
        index_where("ix_roster_line_person", "person_blind", where="ended_by IS NULL"),
        index_where("ix_roster_line_likeness", "likeness_blind", where="ended_by IS NULL"),
        Index("ix_roster_line_made", "made_by"),
        index_where("ix_roster_line_ended", "ended_by", where="ended_by IS NOT NULL"),
        index_where("ix_roster_line_past", "person_blind", where="ended_by IS NOT NULL"),
        CheckConstraint("until IS NULL OR until >= since", name="months_in_order"),
        CheckConstraint("times > 0", name="times_positive"),
    )

    id: int = key()
    made_by: int = big(foreign_key="roster_change.id")
    ended_by: int | None = big(default=None, foreign_key="roster_change.id")
    sheet: str
    row: int
    """Of the list that told it."""
    payer: str
    programme: str
    commune_code: str
    grouping: str
    """Group of the programme's coefficients; empty where there are none."""
    times: int
    since: str
    """First month, YYYY-MM."""
    until: str | None = None
    """Last month that is paid."""
    bank: str
    """NAPAS BIN; empty where the list names no account."""
    personal: bytes
    person_blind: bytes
    name_blind: bytes
    """Of the comparable name."""
    account_blind: bytes | None = None
    likeness_blind: bytes | None = None
    """Of comparable name and whole day of birth: equal for two ids of perhaps one person."""
    content_blind: bytes


class WorkItem(SQLModel, table=True):
    """Something about a row of a list, or about people of the roster, that only a person may judge.

    Nothing is merged or corrected by it: the next list brings the right row, or somebody says how it is.
    """

    __tablename__ = "work_item"
    __table_args__ = (
        one_of("state", ItemState),
        unique_where("uq_work_item_open", "payer", "programme", "subject_blind", where="state = 'open'"),
        Index("ix_work_item_subject", "payer", "programme", "subject_blind"),
        index_where("ix_work_item_person", "person_blind", where="state = 'open' AND blocking"),
        CheckConstraint("(state = 'open') = (ended_by IS NULL)", name="ended_by_an_act"),
    )

    id: int = key()
    opened_by: int = big(foreign_key="roster_change.id")
    ended_by: int | None = big(default=None, foreign_key="roster_change.id")
    payer: str
    programme: str
    sheet: str
    row: int
    """0: about somebody whom no row names."""
    field: str
    code: str
    params: str
    """JSON without personal data."""
    blocking: bool
    """Whether the person is paid nothing by the roster while it is open."""
    state: str
    reason: str | None = None
    """Why somebody let it be as it is."""
    person_blind: bytes | None = None
    """Whom it keeps from being paid; None where the row does not tell who it is."""
    subject_blind: bytes
    """Equal for the same finding about the same values: what was judged once is not asked again."""
    personal: bytes | None = None
    """The row's values and what we suggest."""
