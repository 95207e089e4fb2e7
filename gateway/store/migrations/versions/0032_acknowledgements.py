"""Who has acknowledged which signals of a batch"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

_SIGNALS = (
    *("account_changed", "person_new", "account_shared", "account_recent", "amount_over_own", "amount_over_list"),
    *("person_deceased", "person_unknown", "person_old", "two_places"),
)


def upgrade() -> None:
    known = ", ".join(f"'{each}'" for each in _SIGNALS)
    op.create_table(
        "acknowledgement",
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("signal", sa.String(), nullable=False),
        sa.Column("signals_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("maker", sa.String(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.String(), nullable=False),
        sa.CheckConstraint("operator <> maker", name=op.f("ck_acknowledgement_four_eyes")),
        sa.CheckConstraint("lines > 0", name=op.f("ck_acknowledgement_of_something")),
        sa.CheckConstraint(f"signal IN ({known})", name=op.f("ck_acknowledgement_signal_known")),
        sa.ForeignKeyConstraint(["operator"], ["operator.name"], name=op.f("fk_acknowledgement_operator")),
        sa.ForeignKeyConstraint(
            ["batch_id", "maker"], ["batch.id", "batch.maker"], name="fk_acknowledgement_batch_maker"
        ),
        sa.PrimaryKeyConstraint("batch_id", "operator", "signal", "signals_sha256", name=op.f("pk_acknowledgement")),
    )
