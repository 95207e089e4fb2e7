"""Accounts of people, whoever told them"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _changes()
    _files()
    _accounts()


def _changes() -> None:
    op.create_table(
        "account_change",
        sa.Column("id", _BIG, nullable=False, autoincrement=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("made_at", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('list', 'request', 'answer')", name=op.f("ck_account_change_kind_known")),
        sa.ForeignKeyConstraint(["actor"], ["operator.name"], name=op.f("fk_account_change_actor")),
        sa.ForeignKeyConstraint(["payer"], ["payer.code"], name=op.f("fk_account_change_payer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_change")),
        sa.UniqueConstraint("reference", name=op.f("uq_account_change_reference")),
    )


def _files() -> None:
    op.create_table(
        "account_file",
        sa.Column("change_id", _BIG, nullable=False),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("source_sha256", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["account_change.id"], name=op.f("fk_account_file_change_id")),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_account_file")),
    )


def _accounts() -> None:
    op.create_table(
        "account",
        sa.Column("id", _BIG, nullable=False, autoincrement=False),
        sa.Column("made_by", _BIG, nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("bank", sa.String(), nullable=False),
        sa.Column("personal", sa.LargeBinary(), nullable=False),
        sa.Column("person_blind", sa.LargeBinary(), nullable=False),
        sa.Column("account_blind", sa.LargeBinary(), nullable=False),
        sa.Column("owner_blind", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "origin IN ('roster', 'vneid', 'bank', 'commune', 'opening')", name=op.f("ck_account_origin_known")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["account_change.id"], name=op.f("fk_account_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("person_blind", "account_blind", "owner_blind", name="uq_account_person"),
    )
    op.create_index("ix_account_number", "account", ["account_blind"])
    op.create_index("ix_account_made", "account", ["made_by"])
