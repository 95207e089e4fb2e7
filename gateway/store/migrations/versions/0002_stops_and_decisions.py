"""Stops, decisions, verdicts, sightings, safe mode; a frozen partner becomes a stop"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _decisions()
    _stops()
    _sightings()
    for name in ("safe_since", "safe_code", "safe_params"):
        op.add_column("instance", sa.Column(name, sa.String(), nullable=True))


def _decisions() -> None:
    op.create_table(
        "decision",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("params", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("evidence_name", sa.String(), nullable=True),
        sa.Column("evidence_sha256", sa.String(), nullable=True),
        sa.Column("precondition", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_key", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.String(), nullable=False),
        sa.Column("proposal", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("confirmed_key", sa.String(), nullable=True),
        sa.Column("confirmation", sa.LargeBinary(), nullable=True),
        sa.Column("ended_at", sa.String(), nullable=True),
        sa.Column("lapse", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('proposed', 'executed', 'lapsed')", name=op.f("ck_decision_state_known")),
        sa.CheckConstraint(
            "confirmed_by <> proposed_by AND confirmed_key <> proposed_key", name=op.f("ck_decision_four_eyes")
        ),
        sa.CheckConstraint(
            "state <> 'executed' OR (confirmed_by IS NOT NULL AND confirmation IS NOT NULL)",
            name=op.f("ck_decision_executed_by_two"),
        ),
        sa.ForeignKeyConstraint(["proposed_by"], ["operator.name"], name=op.f("fk_decision_proposed_by")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["operator.name"], name=op.f("fk_decision_confirmed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("reference", name=op.f("uq_decision_reference")),
    )
    op.create_table(
        "verdict",
        sa.Column("decision_id", _BIG, nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.CheckConstraint("verdict IN ('delivered', 'absent')", name=op.f("ck_verdict_verdict_known")),
        sa.ForeignKeyConstraint(["file_id"], ["file_out.id"], name=op.f("fk_verdict_file_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_verdict_decision_id")),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_verdict")),
    )
    op.create_index(op.f("ix_verdict_file_id"), "verdict", ["file_id"], unique=False)


def _stops() -> None:
    op.create_table(
        "stop",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("stopped_at", sa.String(), nullable=False),
        sa.Column("lifted_at", sa.String(), nullable=True),
        sa.Column("decision_id", _BIG, nullable=True),
        sa.CheckConstraint(
            "scope IN ('all', 'partner', 'batch', 'programme', 'payer')", name=op.f("ck_stop_scope_known")
        ),
        sa.CheckConstraint("(scope = 'all') = (subject = '')", name=op.f("ck_stop_scope_named")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_stop_decision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop")),
    )
    op.execute(
        "INSERT INTO stop (id, scope, subject, code, reason, actor, stopped_at, lifted_at)"
        " SELECT id, 'partner', partner, code, subject, 'system', frozen_at, lifted_at FROM partner_freeze"
    )
    op.execute("UPDATE sequence SET name = 'stop' WHERE name = 'partner_freeze'")
    op.drop_table("partner_freeze")


def _sightings() -> None:
    op.create_table(
        "sighting",
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size_bytes", _BIG, nullable=False),
        sa.Column("modified", _BIG, nullable=False),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=True),
        sa.Column("file_in_id", _BIG, nullable=True),
        sa.ForeignKeyConstraint(["file_in_id"], ["file_in.id"], name=op.f("fk_sighting_file_in_id")),
        sa.PrimaryKeyConstraint("partner", "folder", "name", name=op.f("pk_sighting")),
    )
    op.create_index("ix_file_in_arrival", "file_in", ["partner", "sha256"])
    received = sa.text("state = 'received'")
    op.create_index("ix_file_in_received", "file_in", ["partner"], sqlite_where=received, postgresql_where=received)
