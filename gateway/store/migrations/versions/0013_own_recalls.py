"""Recalls of the gateway's own, which no decision asks for: of a payment whose predecessor is booked after all"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Made anew, with what refers to it: SQLite cannot let a column be empty that must not be."""
    for table in ("recall_answer", "recall"):
        op.execute(f"CREATE TABLE {table}_before AS SELECT * FROM {table}")
        op.drop_table(table)
    _make_recall()
    _make_answer()
    for table in ("recall", "recall_answer"):
        op.execute(f"INSERT INTO {table} SELECT * FROM {table}_before")
        op.drop_table(f"{table}_before")


def _make_recall() -> None:
    op.create_table(
        "recall",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("payment_id", _BIG, nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", _BIG, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("requested_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_recall_payment_id")),
        sa.ForeignKeyConstraint(["file_id"], ["file_out.id"], name=op.f("fk_recall_file_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_recall_decision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_recall_decision_id")),
    )
    op.create_index(op.f("ix_recall_payment_id"), "recall", ["payment_id"])
    op.create_index(op.f("ix_recall_file_id"), "recall", ["file_id"])
    own = sa.text("decision_id IS NULL")
    op.create_index("uq_recall_own", "recall", ["payment_id"], unique=True, sqlite_where=own, postgresql_where=own)


def _make_answer() -> None:
    op.create_table(
        "recall_answer",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("recall_id", _BIG, nullable=False),
        sa.Column("file_in_id", _BIG, nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("status IN ('accepted', 'rejected', 'pending')", name=op.f("ck_recall_answer_status_known")),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name=op.f("fk_recall_answer_recall_id")),
        sa.ForeignKeyConstraint(["file_in_id"], ["file_in.id"], name=op.f("fk_recall_answer_file_in_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_answer")),
    )
    op.create_index(op.f("ix_recall_answer_recall_id"), "recall_answer", ["recall_id"])
    op.create_index(op.f("ix_recall_answer_file_in_id"), "recall_answer", ["file_in_id"])
