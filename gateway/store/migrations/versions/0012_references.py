"""The bank's own references: what a status report says of a payment, and entries that name nothing else"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("status_line", sa.Column("servicer_reference", sa.String(), nullable=True))
    given = sa.text("servicer_reference IS NOT NULL")
    op.create_index(
        "ix_status_line_reference", "status_line", ["servicer_reference"], sqlite_where=given, postgresql_where=given
    )
    op.create_table(
        "reference_entry",
        sa.Column("entry_id", _BIG, nullable=False),
        sa.Column("detail_id", _BIG, nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_reference_entry_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", "detail_id", name=op.f("pk_reference_entry")),
    )
    op.create_index(op.f("ix_reference_entry_reference"), "reference_entry", ["reference"])
