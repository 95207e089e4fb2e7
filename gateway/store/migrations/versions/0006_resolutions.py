"""Who looks after an exception, and how it ended"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("exception", sa.Column("owner", sa.String(), nullable=True))
    explained = sa.text("reason = 'explained'")
    op.create_index("ix_entry_explained", "entry", ["identity"], sqlite_where=explained, postgresql_where=explained)
    op.create_table(
        "resolution",
        sa.Column("exception_id", _BIG, nullable=False),
        sa.Column("resolution", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("evidence_name", sa.String(), nullable=True),
        sa.Column("evidence_sha256", sa.String(), nullable=True),
        sa.Column("payment_id", _BIG, nullable=True),
        sa.Column("resolved_by", sa.String(), nullable=False),
        sa.Column("resolved_at", sa.String(), nullable=False),
        sa.Column("last_allocation", _BIG, nullable=False),
        sa.Column("decision_id", _BIG, nullable=True),
        sa.CheckConstraint(
            "resolution IN ('explained', 'return_of', 'cleared', 'answered', 'mended')",
            name=op.f("ck_resolution_resolution_known"),
        ),
        sa.CheckConstraint(
            "(resolution = 'return_of') = (payment_id IS NOT NULL)", name=op.f("ck_resolution_payment_of_return")
        ),
        sa.ForeignKeyConstraint(["exception_id"], ["exception.id"], name=op.f("fk_resolution_exception_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_resolution_payment_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_resolution_decision_id")),
        sa.PrimaryKeyConstraint("exception_id", name=op.f("pk_resolution")),
    )
    op.execute("UPDATE exception SET healed_at = opened_at WHERE state = 'resolved' AND healed_at IS NULL")
