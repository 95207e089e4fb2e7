"""Files out: allocated once, sealed once, delivered at most once."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from gateway.domain.states import FileState
from gateway.store.tables.columns import big, key, one_of, unique_where


class FileOut(SQLModel, table=True):
    """One message to one partner. Identity and name never change (M5, held by a trigger)."""

    __tablename__ = "file_out"
    __table_args__ = (one_of("state", FileState), UniqueConstraint("partner", "name", name="uq_file_out_name"))

    id: int = key()
    message_id: str = Field(unique=True)
    payment_information_id: str = Field(unique=True)
    partner: str
    batch_id: str = Field(foreign_key="batch.id", index=True)
    message: str
    name: str
    created_at: str
    """Creation time written into the message; fixed at allocation."""
    execution_date: str
    debtor: str
    debtor_account: str
    initiating_party: str
    initiating_party_id: str
    payments: int
    amount: int = big()
    currency: str
    content_sha256: bytes | None = None
    """Over the payments' content as approved; set once at allocation (M12)."""
    state: str
    overdue: bool = False
    sha256: str | None = None
    key_id: str | None = None
    sent_at: str | None = None


class WireObject(SQLModel, table=True):
    """A named file as it travels; made once at sealing, retries send these bytes only (M5, M7)."""

    __tablename__ = "wire_object"

    file_id: int = Field(primary_key=True, foreign_key="file_out.id")
    ordinal: int = Field(primary_key=True)
    name: str
    sha256: str
    size_bytes: int = big()
    encrypted_to: str | None = None
    """Fingerprint of the partner's OpenPGP certificate when this is no message but holds one; empty when we found such
    an object at the partner."""


class Attempt(SQLModel, table=True):
    """One try to deliver a file; committed before its effect (M8)."""

    file_id: int = Field(primary_key=True, foreign_key="file_out.id")
    number: int = Field(primary_key=True)
    temporary: str
    host_key: str
    started_at: str
    writing_at: str | None = None
    """From here on bytes of ours may lie under the temporary name."""
    incomplete: bool = False
    """Known to have failed before the last byte was handed over: no copy can be whole."""
    removed_at: str | None = None
    """Its temporary was removed by us."""
    releasing_at: str | None = None
    outcome: str | None = None
    ended_at: str | None = None


class PaymentFile(SQLModel, table=True):
    """Payment-to-file link. M4: at most one live link a payment; ``live`` never becomes true again (trigger)."""

    __tablename__ = "payment_file"
    __table_args__ = (unique_where("uq_payment_live_file", "payment_id", where="live"),)

    file_id: int = Field(primary_key=True, foreign_key="file_out.id")
    ordinal: int = Field(primary_key=True)
    payment_id: int = big(foreign_key="payment.id", index=True)
    live: bool = True
