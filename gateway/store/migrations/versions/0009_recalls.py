"""Recalls and their answers"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "recall",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("payment_id", _BIG, nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", _BIG, nullable=False),
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
