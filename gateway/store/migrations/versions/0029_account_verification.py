"""What banks were asked of accounts, and what they said"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _requests()
    _answers()
    _steps()


def _requests() -> None:
    op.create_table(
        "account_request",
        sa.Column("change_id", _BIG, nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.CheckConstraint("asked > 0", name=op.f("ck_account_request_asks_something")),
        sa.ForeignKeyConstraint(["change_id"], ["account_change.id"], name=op.f("fk_account_request_change_id")),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_account_request")),
    )


def _answers() -> None:
    op.create_table(
        "account_answer",
        sa.Column("change_id", _BIG, nullable=False),
        sa.Column("request_id", _BIG, nullable=False),
        sa.Column("answered_on", sa.String(), nullable=False),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("source_sha256", sa.String(), nullable=False),
        sa.Column("rows_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["account_change.id"], name=op.f("fk_account_answer_change_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["account_request.change_id"], name=op.f("fk_account_answer_request_id")
        ),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_account_answer")),
    )
    op.create_index("ix_account_answer_request", "account_answer", ["request_id"])


def _steps() -> None:
    op.create_table(
        "account_step",
        sa.Column("change_id", _BIG, nullable=False),
        sa.Column("account_id", _BIG, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("personal", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'match', 'masked-consistent', 'confirmed', 'mismatch', 'refused', 'unverifiable',"
            " 'usable', 'unusable')",
            name=op.f("ck_account_step_state_known"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_step_account_id")),
        sa.ForeignKeyConstraint(["change_id"], ["account_change.id"], name=op.f("fk_account_step_change_id")),
        sa.PrimaryKeyConstraint("change_id", "account_id", "state", name=op.f("pk_account_step")),
    )
    op.create_index("ix_account_step_account", "account_step", ["account_id", "change_id"])
    where = sa.text("state IN ('mismatch', 'refused')")
    op.create_index("ix_account_step_doubt", "account_step", ["account_id"], sqlite_where=where, postgresql_where=where)
