"""A group may be paid an amount of its own, instead of base times coefficient"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_COLUMNS = (
    "id, decision_id, kind, programme, group_code, place, age_from, age_below, since, until, value, in_force, legal,"
    " source, confidence"
)


def upgrade() -> None:
    """Made anew: nothing refers to the table, and SQLite changes no constraint of one."""
    op.execute("CREATE TABLE rate_before AS SELECT * FROM rate")
    op.drop_table("rate")
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
        sa.CheckConstraint(
            "kind IN ('level', 'coefficient', 'amount', 'instead', 'addition')", name=op.f("ck_rate_kind_known")
        ),
        sa.CheckConstraint("confidence IN ('high', 'medium', 'low')", name=op.f("ck_rate_confidence_known")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_rate_value_not_negative")),
        sa.CheckConstraint(
            "(kind IN ('coefficient', 'amount')) = (group_code <> '')", name=op.f("ck_rate_group_of_kind")
        ),
        sa.CheckConstraint("(kind IN ('instead', 'addition')) = (place <> '')", name=op.f("ck_rate_place_of_kind")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_rate_decision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate")),
    )
    op.execute(f"INSERT INTO rate ({_COLUMNS}) SELECT {_COLUMNS} FROM rate_before ORDER BY id")
    op.drop_table("rate_before")
    op.create_index(op.f("ix_rate_decision_id"), "rate", ["decision_id"])
