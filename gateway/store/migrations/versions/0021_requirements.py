"""Who must sign a batch is fixed when it is submitted; approvals say in which role they were given"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "requirement",
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("checkers", sa.Integer(), nullable=False),
        sa.Column("releaser", sa.Boolean(), nullable=False),
        sa.CheckConstraint("checkers > 0", name=op.f("ck_requirement_somebody")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_requirement_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_requirement")),
    )
    _approvals()


def _approvals() -> None:
    """Made anew: nothing refers to the table, and SQLite adds no constraint to one."""
    op.execute("CREATE TABLE approval_before AS SELECT * FROM approval")
    op.drop_table("approval")
    op.create_table(
        "approval",
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("approver", sa.String(), nullable=False),
        sa.Column("maker", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("approved_at", sa.String(), nullable=False),
        sa.CheckConstraint("approver <> maker", name=op.f("ck_approval_four_eyes")),
        sa.CheckConstraint("role IN ('checker', 'releaser')", name=op.f("ck_approval_role_known")),
        sa.ForeignKeyConstraint(["approver"], ["operator.name"], name=op.f("fk_approval_approver")),
        sa.ForeignKeyConstraint(["batch_id", "maker"], ["batch.id", "batch.maker"], name="fk_approval_batch_maker"),
        sa.PrimaryKeyConstraint("batch_id", "approver", name=op.f("pk_approval")),
    )
    op.execute(
        "INSERT INTO approval (batch_id, approver, maker, role, content_sha256, key_id, signature, approved_at)"
        " SELECT batch_id, approver, maker, 'checker', content_sha256, key_id, signature, approved_at"
        " FROM approval_before"
    )
    op.drop_table("approval_before")
    one = sa.text("role = 'releaser'")
    op.create_index(
        "uq_approval_releaser", "approval", ["batch_id"], unique=True, sqlite_where=one, postgresql_where=one
    )
