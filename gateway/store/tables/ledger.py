"""What everything else rests on: identity of the installation, counters, history, blobs, the audit chain."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from gateway.store.tables.columns import big, key


class Instance(SQLModel, table=True):
    """One row: which installation this database belongs to."""

    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: int = key()
    instance: str
    epoch: int
    environment: str
    created_at: str
    safe_since: str | None = None
    """M15: since when nothing is sent, because this database may not know all that was sent; None in normal work."""
    safe_code: str | None = None
    safe_params: str | None = None
    rewrap_to: str | None = None
    """The generation of the storage key (hex) to which envelopes may change now; None in normal work."""


class Sequence(SQLModel, table=True):
    """Counters for identifiers; a number is given once and never again, used or not."""

    name: str = Field(primary_key=True)
    next: int = big()


class History(SQLModel, table=True):
    """Every move of every state, written in one act with the state itself (M3)."""

    __table_args__ = (Index("ix_history_subject", "kind", "subject"),)

    id: int = key()
    kind: str
    subject: str
    at: str
    source: str
    target: str
    evidence: str


class Blob(SQLModel, table=True):
    """Bytes of every file in and out: 1 MiB parts, compressed, then sealed. Insert-only (T3, trigger)."""

    sha256: str = Field(primary_key=True)
    part: int = Field(primary_key=True)
    bytes: bytes


class Pruned(SQLModel, table=True):
    """Bytes of lists that could never be paid, which are kept no longer. Insert-only (trigger)."""

    sha256: str = Field(primary_key=True)


class Audit(SQLModel, table=True):
    """One record per act; ``hash`` covers the record and the hash before it (A1, A2). Insert-only (trigger)."""

    sequence: int = key()
    at: str
    actor: str
    verb: str
    subject: str
    details: str
    rows_sha256: str
    previous: str
    hash: str


class AuditHead(SQLModel, table=True):
    """One row: the last link of the chain, locked as the last statement before COMMIT."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: int = key()
    sequence: int = big()
    hash: str
