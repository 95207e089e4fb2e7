"""Entries that book a whole file in one sum"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sum_entry",
        sa.Column("entry_id", _BIG, nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("doubt", sa.String(), nullable=True),
        sa.CheckConstraint("by IN ('message', 'block')", name=op.f("ck_sum_entry_by_known")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_sum_entry_entry_id")),
        sa.ForeignKeyConstraint(["file_id"], ["file_out.id"], name=op.f("fk_sum_entry_file_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_sum_entry")),
    )
    op.create_index(op.f("ix_sum_entry_file_id"), "sum_entry", ["file_id"])
