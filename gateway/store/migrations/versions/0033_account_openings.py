"""Accounts that partners were asked to open, and what became of that"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _openings()
    _steps()


def _openings() -> None:
    op.create_table(
        "account_opening",
        sa.Column("change_id", _BIG, nullable=False),
        sa.Column("line_id", _BIG, nullable=False),
        sa.Column("person_blind", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["account_request.change_id"], name=op.f("fk_account_opening_change_id")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["roster_line.id"], name=op.f("fk_account_opening_line_id")),
        sa.PrimaryKeyConstraint("change_id", "line_id", name=op.f("pk_account_opening")),
    )
    op.create_index("ix_account_opening_person", "account_opening", ["person_blind"])


def _steps() -> None:
    op.create_table(
        "account_opening_step",
        sa.Column("change_id", _BIG, nullable=False),
        sa.Column("request_id", _BIG, nullable=False),
        sa.Column("line_id", _BIG, nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("account_id", _BIG, nullable=True),
        sa.CheckConstraint(
            "outcome IN ('acknowledged', 'opened', 'rejected')", name=op.f("ck_account_opening_step_outcome_known")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_opening_step_account_id")),
        sa.ForeignKeyConstraint(
            ["change_id"], ["account_answer.change_id"], name=op.f("fk_account_opening_step_change_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id", "line_id"],
            ["account_opening.change_id", "account_opening.line_id"],
            name=op.f("fk_account_opening_step_request_id"),
        ),
        sa.PrimaryKeyConstraint("change_id", "request_id", "line_id", name=op.f("pk_account_opening_step")),
    )
    op.create_index("ix_account_opening_step_asked", "account_opening_step", ["request_id", "line_id"])
