"""The life of keys: steps of ours, and of those of partners that two people believe"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "key_step",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("decision_id", _BIG, nullable=True),
        sa.CheckConstraint(
            "purpose IN ('signing', 'transport', 'answers', 'server')", name=op.f("ck_key_step_purpose_known")
        ),
        sa.CheckConstraint(
            "state IN ('pre-active', 'active', 'verify-only', 'destroyed')", name=op.f("ck_key_step_state_known")
        ),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_key_step_decision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_step")),
    )
