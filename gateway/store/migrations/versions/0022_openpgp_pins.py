"""Two people also import a partner's OpenPGP certificate"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_COLUMNS = "id, name, key_id, line, purpose, partner, state, actor, at, decision_id"


def upgrade() -> None:
    """Made anew: nothing refers to the table, and SQLite changes no constraint of one."""
    op.execute("CREATE TABLE key_step_before AS SELECT * FROM key_step")
    op.drop_table("key_step")
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
            "purpose IN ('signing', 'transport', 'answers', 'server', 'openpgp')",
            name=op.f("ck_key_step_purpose_known"),
        ),
        sa.CheckConstraint(
            "state IN ('pre-active', 'active', 'verify-only', 'destroyed')", name=op.f("ck_key_step_state_known")
        ),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_key_step_decision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_step")),
    )
    op.execute(f"INSERT INTO key_step ({_COLUMNS}) SELECT {_COLUMNS} FROM key_step_before ORDER BY id")
    op.drop_table("key_step_before")
