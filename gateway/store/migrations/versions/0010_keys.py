"""Allocations say by which key, and may be parts of one sum; returns less charges; keys that are taken back"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _allocations()
    op.add_column("payment", sa.Column("return_charges", _BIG, server_default="0", nullable=False))
    op.create_index("ix_payment_uetr", "payment", ["uetr"])
    unkeyed = sa.text("NOT holds_key AND state IN ('sent', 'accepted', 'settled')")
    op.create_index("ix_payment_unkeyed", "payment", ["person_blind"], sqlite_where=unkeyed, postgresql_where=unkeyed)


def _allocations() -> None:
    """Made anew: nothing refers to the table, and SQLite cannot let a column be empty that must not be."""
    op.execute("CREATE TABLE allocation_before AS SELECT * FROM allocation")
    op.drop_table("allocation")
    op.create_table(
        "allocation",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("detail_id", _BIG, nullable=True),
        sa.Column("entry_id", _BIG, nullable=False),
        sa.Column("payment_id", _BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("amount", _BIG, nullable=False),
        sa.Column("charges", _BIG, nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("booked_on", sa.String(), nullable=False),
        sa.Column("made_at", sa.String(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('debit', 'return', 'reversal', 'return_reversal')", name=op.f("ck_allocation_kind_known")
        ),
        sa.CheckConstraint(
            "by IN ('end_to_end', 'uetr', 'instruction', 'message', 'block', 'bank_reference', 'person')",
            name=op.f("ck_allocation_by_known"),
        ),
        sa.ForeignKeyConstraint(["detail_id"], ["detail.id"], name=op.f("fk_allocation_detail_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_allocation_entry_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_allocation_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
        sa.UniqueConstraint("detail_id", name=op.f("uq_allocation_detail_id")),
    )
    op.execute(
        "INSERT INTO allocation (id, detail_id, entry_id, payment_id, kind, by, amount, charges, currency, booked_on,"
        " made_at)"
        " SELECT id, detail_id, entry_id, payment_id, kind, 'end_to_end', amount, 0, currency, booked_on, made_at"
        " FROM allocation_before"
    )
    op.drop_table("allocation_before")
    op.create_index(op.f("ix_allocation_entry_id"), "allocation", ["entry_id"])
    op.create_index("ix_allocation_payment", "allocation", ["payment_id"])
    part = sa.text("detail_id IS NULL")
    of_sum = ["entry_id", "payment_id"]
    op.create_index("uq_allocation_part", "allocation", of_sum, unique=True, sqlite_where=part, postgresql_where=part)
