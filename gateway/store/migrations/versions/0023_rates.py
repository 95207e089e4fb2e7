"""Rates that two people confirm"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "rate",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("decision_id", _BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("group_code", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("age_from", sa.Integer(), nullable=False),
        sa.Column("age_below", sa.Integer(), nullable=True),
        sa.Column("since", sa.String(), nullable=False),
        sa.Column("until", sa.String(), nullable=True),
        sa.Column("value", _BIG, nullable=False),
        sa.Column("in_force", sa.String(), nullable=False),
        sa.Column("legal", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("confidence", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('level', 'coefficient', 'instead', 'addition')", name=op.f("ck_rate_kind_known")),
        sa.CheckConstraint("confidence IN ('high', 'medium', 'low')", name=op.f("ck_rate_confidence_known")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_rate_value_not_negative")),
        sa.CheckConstraint("(kind = 'coefficient') = (group_code <> '')", name=op.f("ck_rate_group_of_kind")),
        sa.CheckConstraint("(kind IN ('instead', 'addition')) = (place <> '')", name=op.f("ck_rate_place_of_kind")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_rate_decision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate")),
    )
    op.create_index(op.f("ix_rate_decision_id"), "rate", ["decision_id"])
