"""The roster: who is entitled to what, in versions, and what a person must look at"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _changes()
    _files()
    _lines()
    _items()


def _changes() -> None:
    op.create_table(
        "roster_change",
        sa.Column("id", _BIG, nullable=False, autoincrement=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("made_at", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('file', 'item')", name=op.f("ck_roster_change_kind_known")),
        sa.ForeignKeyConstraint(["actor"], ["operator.name"], name=op.f("fk_roster_change_actor")),
        sa.ForeignKeyConstraint(["payer"], ["payer.code"], name=op.f("fk_roster_change_payer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_change")),
        sa.UniqueConstraint("reference", name=op.f("uq_roster_change_reference")),
    )


def _files() -> None:
    op.create_table(
        "roster_file",
        sa.Column("change_id", _BIG, nullable=False, autoincrement=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("as_of", sa.String(), nullable=False),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("source_sha256", sa.String(), nullable=False),
        sa.Column("rows_sha256", sa.LargeBinary(), nullable=False),
        *(
            sa.Column(count, sa.Integer(), nullable=False)
            for count in ("rows", "added", "changed", "same", "unusable", "absent")
        ),
        sa.ForeignKeyConstraint(["change_id"], ["roster_change.id"], name=op.f("fk_roster_file_change_id")),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_roster_file")),
    )
    op.create_index("ix_roster_file_list", "roster_file", ["payer", "programme", "as_of"])


def _lines() -> None:
    op.create_table(
        "roster_line",
        sa.Column("id", _BIG, nullable=False, autoincrement=False),
        sa.Column("made_by", _BIG, nullable=False),
        sa.Column("ended_by", _BIG, nullable=True),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("commune_code", sa.String(), nullable=False),
        sa.Column("grouping", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("since", sa.String(), nullable=False),
        sa.Column("until", sa.String(), nullable=True),
        sa.Column("bank", sa.String(), nullable=False),
        sa.Column("personal", sa.LargeBinary(), nullable=False),
        sa.Column("person_blind", sa.LargeBinary(), nullable=False),
        sa.Column("name_blind", sa.LargeBinary(), nullable=False),
        sa.Column("account_blind", sa.LargeBinary(), nullable=True),
        sa.Column("likeness_blind", sa.LargeBinary(), nullable=True),
        sa.Column("content_blind", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_roster_line_months_in_order")),
        sa.CheckConstraint("times > 0", name=op.f("ck_roster_line_times_positive")),
        sa.ForeignKeyConstraint(["made_by"], ["roster_change.id"], name=op.f("fk_roster_line_made_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["roster_change.id"], name=op.f("fk_roster_line_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_line")),
    )
    live, ended = sa.text("ended_by IS NULL"), sa.text("ended_by IS NOT NULL")
    _index("uq_roster_line_live", "roster_line", ["payer", "programme", "person_blind"], live, unique=True)
    _index("ix_roster_line_person", "roster_line", ["person_blind"], live)
    _index("ix_roster_line_likeness", "roster_line", ["likeness_blind"], live)
    _index("ix_roster_line_ended", "roster_line", ["ended_by"], ended)
    op.create_index("ix_roster_line_made", "roster_line", ["made_by"])


def _items() -> None:
    op.create_table(
        "work_item",
        sa.Column("id", _BIG, nullable=False, autoincrement=False),
        sa.Column("opened_by", _BIG, nullable=False),
        sa.Column("ended_by", _BIG, nullable=True),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("params", sa.String(), nullable=False),
        sa.Column("blocking", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("person_blind", sa.LargeBinary(), nullable=True),
        sa.Column("subject_blind", sa.LargeBinary(), nullable=False),
        sa.Column("personal", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'accepted', 'stopped', 'gone')", name=op.f("ck_work_item_state_known")),
        sa.CheckConstraint("(state = 'open') = (ended_by IS NULL)", name=op.f("ck_work_item_ended_by_an_act")),
        sa.ForeignKeyConstraint(["opened_by"], ["roster_change.id"], name=op.f("fk_work_item_opened_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["roster_change.id"], name=op.f("fk_work_item_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_item")),
    )
    open_ = sa.text("state = 'open'")
    _index("uq_work_item_open", "work_item", ["payer", "programme", "subject_blind"], open_, unique=True)
    _index("ix_work_item_person", "work_item", ["person_blind"], sa.text("state = 'open' AND blocking"))
    op.create_index("ix_work_item_subject", "work_item", ["payer", "programme", "subject_blind"])


def _index(name: str, table: str, columns: list[str], where: sa.TextClause, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
