"""What the population registry was asked, and what it said"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _requests()
    _answers()
    _results()


def _requests() -> None:
    op.create_table(
        "population_request",
        sa.Column("id", _BIG, nullable=False, autoincrement=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("upto", _BIG, nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("asked_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("made_at", sa.String(), nullable=False),
        sa.CheckConstraint("asked > 0", name=op.f("ck_population_request_asks_somebody")),
        sa.ForeignKeyConstraint(["actor"], ["operator.name"], name=op.f("fk_population_request_actor")),
        sa.ForeignKeyConstraint(["payer"], ["payer.code"], name=op.f("fk_population_request_payer")),
        sa.ForeignKeyConstraint(["upto"], ["roster_change.id"], name=op.f("fk_population_request_upto")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_population_request_reference")),
    )


def _answers() -> None:
    op.create_table(
        "population_answer",
        sa.Column("change_id", _BIG, nullable=False),
        sa.Column("request_id", _BIG, nullable=False),
        sa.Column("answered_on", sa.String(), nullable=False),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("source_sha256", sa.String(), nullable=False),
        sa.Column("rows_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["roster_change.id"], name=op.f("fk_population_answer_change_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["population_request.id"], name=op.f("fk_population_answer_request_id")
        ),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_population_answer")),
    )
    op.create_index("ix_population_answer_request", "population_answer", ["request_id"])


def _results() -> None:
    op.create_table(
        "population_result",
        sa.Column("change_id", _BIG, nullable=False),
        sa.Column("person_blind", sa.LargeBinary(), nullable=False),
        sa.Column("line_id", _BIG, nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.CheckConstraint(
            "result IN ('confirmed', 'name_differs', 'birth_differs', 'deceased', 'moved', 'unknown')",
            name=op.f("ck_population_result_result_known"),
        ),
        sa.ForeignKeyConstraint(
            ["change_id"], ["population_answer.change_id"], name=op.f("fk_population_result_change_id")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["roster_line.id"], name=op.f("fk_population_result_line_id")),
        sa.PrimaryKeyConstraint("change_id", "person_blind", name=op.f("pk_population_result")),
    )
    op.create_index("ix_population_result_person", "population_result", ["person_blind"])
    op.create_index("ix_population_result_line", "population_result", ["line_id"])
