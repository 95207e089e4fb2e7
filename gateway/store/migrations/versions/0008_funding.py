"""Funding that two people confirm"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "funding",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("decision_id", _BIG, nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("amount", _BIG, nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("value_date", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.String(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_funding_amount_positive")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_funding_decision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_funding_decision_id")),
        sa.UniqueConstraint("partner", "account", "reference", name="uq_funding_reference"),
    )
