"""First tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column(
            "sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column("rows_sha256", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit")),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "part", name=op.f("pk_blob")),
    )
    op.create_table(
        "file_in",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("params", sa.String(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("received_at", sa.String(), nullable=False),
        sa.Column("archived_at", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state IN ('received', 'duplicate', 'quarantined', 'processed')", name=op.f("ck_file_in_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_in")),
        sa.UniqueConstraint("reference", name=op.f("uq_file_in_reference")),
    )
    with op.batch_alter_table("file_in", schema=None) as batch_op:
        batch_op.create_index(
            "uq_file_in_content",
            ["partner", "sha256"],
            unique=True,
            sqlite_where=sa.text("state <> 'duplicate' AND proof <> 'none'"),
            postgresql_where=sa.text("state <> 'duplicate' AND proof <> 'none'"),
        )

    op.create_table(
        "history",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
    )
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index("ix_history_subject", ["kind", "subject"], unique=False)

    op.create_table(
        "instance",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("instance", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_instance_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
    )
    op.create_table(
        "operator",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("enrolled_at", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_operator")),
    )
    op.create_table(
        "partner_freeze",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("frozen_at", sa.String(), nullable=False),
        sa.Column("lifted_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_freeze")),
    )
    with op.batch_alter_table("partner_freeze", schema=None) as batch_op:
        batch_op.create_index(
            "uq_partner_frozen",
            ["partner"],
            unique=True,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )

    op.create_table(
        "payer",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("tax_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_payer")),
    )
    op.create_table(
        "sequence",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("next", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sequence")),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("maker", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rows_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("content_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("source_sha256", sa.String(), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("approvals_required", sa.Integer(), nullable=False),
        sa.Column("predecessor", sa.String(), nullable=True),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('invalid', 'ready', 'submitted', 'approved', 'sending', 'closing', 'closed', 'rejected', 'cancelled')",
            name=op.f("ck_batch_state_known"),
        ),
        sa.ForeignKeyConstraint(["maker"], ["operator.name"], name=op.f("fk_batch_maker")),
        sa.ForeignKeyConstraint(["payer"], ["payer.code"], name=op.f("fk_batch_payer")),
        sa.ForeignKeyConstraint(["predecessor"], ["batch.id"], name=op.f("fk_batch_predecessor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("id", "maker", name="uq_batch_id_maker"),
    )
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.create_index(
            "uq_batch_rows",
            ["payer", "programme", "rows_sha256"],
            unique=True,
            sqlite_where=sa.text("state NOT IN ('invalid', 'rejected', 'cancelled')"),
            postgresql_where=sa.text("state NOT IN ('invalid', 'rejected', 'cancelled')"),
        )

    op.create_table(
        "finding",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("file_in_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["file_in_id"], ["file_in.id"], name=op.f("fk_finding_file_in_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_file_in_id"), ["file_in_id"], unique=False)

    op.create_table(
        "statement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("file_in_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("statement_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.String(), nullable=True),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("page", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("last_page", sa.Boolean(), nullable=True),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("from_date", sa.String(), nullable=True),
        sa.Column("to_date", sa.String(), nullable=True),
        sa.Column("opening", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("closing", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("entry_sum", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ties", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["file_in_id"], ["file_in.id"], name=op.f("fk_statement_file_in_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
    )
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.create_index("ix_statement_account", ["partner", "account", "to_date"], unique=False)
        batch_op.create_index(batch_op.f("ix_statement_file_in_id"), ["file_in_id"], unique=False)

    op.create_table(
        "status_report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("file_in_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["file_in_id"], ["file_in.id"], name=op.f("fk_status_report_file_in_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_report")),
        sa.UniqueConstraint("partner", "message_id", name="uq_status_report_message"),
    )
    with op.batch_alter_table("status_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_status_report_file_in_id"), ["file_in_id"], unique=False)

    op.create_table(
        "approval",
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("approver", sa.String(), nullable=False),
        sa.Column("maker", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("approved_at", sa.String(), nullable=False),
        sa.CheckConstraint("approver <> maker", name=op.f("ck_approval_four_eyes")),
        sa.ForeignKeyConstraint(["approver"], ["operator.name"], name=op.f("fk_approval_approver")),
        sa.ForeignKeyConstraint(["batch_id", "maker"], ["batch.id", "batch.maker"], name="fk_approval_batch_maker"),
        sa.PrimaryKeyConstraint("batch_id", "approver", name=op.f("pk_approval")),
    )
    op.create_table(
        "balance",
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("date", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_balance_statement_id")),
        sa.PrimaryKeyConstraint("statement_id", "ordinal", name=op.f("pk_balance")),
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("statement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("loose", sa.LargeBinary(), nullable=True),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("reversal", sa.Boolean(), nullable=False),
        sa.Column("booking_date", sa.String(), nullable=True),
        sa.Column("value_date", sa.String(), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("servicer_reference", sa.String(), nullable=True),
        sa.Column("bank_code", sa.String(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("payment_information_id", sa.String(), nullable=True),
        sa.Column("batch_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("problems", sa.String(), nullable=False),
        sa.Column("disposition", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("personal", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("disposition <> 'ignored' OR reason IS NOT NULL", name=op.f("ck_entry_ignored_with_reason")),
        sa.CheckConstraint(
            "disposition IN ('open', 'allocated', 'exception', 'ignored')", name=op.f("ck_entry_disposition_known")
        ),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_entry_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_loose"), ["loose"], unique=False)
        batch_op.create_index("ix_entry_statement", ["statement_id"], unique=False)
        batch_op.create_index(
            "uq_entry_identity",
            ["identity"],
            unique=True,
            sqlite_where=sa.text("disposition <> 'ignored'"),
            postgresql_where=sa.text("disposition <> 'ignored'"),
        )

    op.create_table(
        "file_out",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("payment_information_id", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("execution_date", sa.String(), nullable=False),
        sa.Column("debtor", sa.String(), nullable=False),
        sa.Column("debtor_account", sa.String(), nullable=False),
        sa.Column("initiating_party", sa.String(), nullable=False),
        sa.Column("initiating_party_id", sa.String(), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("sent_at", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state IN ('allocated', 'sealed', 'held', 'uploading', 'releasing', 'unknown', 'sent', 'acknowledged', 'rejected', 'closed', 'void')",
            name=op.f("ck_file_out_state_known"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_file_out_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_out")),
        sa.UniqueConstraint("message_id", name=op.f("uq_file_out_message_id")),
        sa.UniqueConstraint("partner", "name", name="uq_file_out_name"),
        sa.UniqueConstraint("payment_information_id", name=op.f("uq_file_out_payment_information_id")),
    )
    with op.batch_alter_table("file_out", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_out_batch_id"), ["batch_id"], unique=False)

    op.create_table(
        "payment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("payment_ref", sa.String(), nullable=False),
        sa.Column("end_to_end_id", sa.String(), nullable=False),
        sa.Column("uetr", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("bank", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("benefit_month", sa.String(), nullable=False),
        sa.Column("commune_code", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("held_from", sa.String(), nullable=True),
        sa.Column("holds_key", sa.Boolean(), nullable=False),
        sa.Column("debited_at", sa.String(), nullable=True),
        sa.Column("credited_evidence", sa.String(), nullable=True),
        sa.Column("return_window_until", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("returned_amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("personal", sa.LargeBinary(), nullable=False),
        sa.Column("person_blind", sa.LargeBinary(), nullable=False),
        sa.Column("account_blind", sa.LargeBinary(), nullable=False),
        sa.Column("content_blind", sa.LargeBinary(), nullable=False),
        sa.Column("predecessor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "state IN ('ready', 'held', 'approved', 'allocated', 'sent', 'accepted', 'settled', 'rejected', 'returned', 'cancelled')",
            name=op.f("ck_payment_state_known"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_amount_positive")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_payment_batch_id")),
        sa.ForeignKeyConstraint(["predecessor_id"], ["payment.id"], name=op.f("fk_payment_predecessor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("end_to_end_id", name=op.f("uq_payment_end_to_end_id")),
        sa.UniqueConstraint("predecessor_id", name=op.f("uq_payment_predecessor_id")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index("ix_payment_batch_state", ["batch_id", "state"], unique=False)
        batch_op.create_index(
            "uq_payment_benefit",
            ["payer", "programme", "person_blind", "benefit_month"],
            unique=True,
            sqlite_where=sa.text("kind = 'regular' AND holds_key AND predecessor_id IS NULL"),
            postgresql_where=sa.text("kind = 'regular' AND holds_key AND predecessor_id IS NULL"),
        )
        batch_op.create_index(
            "uq_payment_ref",
            ["payer", "programme", "payment_ref"],
            unique=True,
            sqlite_where=sa.text("state <> 'cancelled'"),
            postgresql_where=sa.text("state <> 'cancelled'"),
        )

    op.create_table(
        "problem",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("params", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_problem_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem")),
    )
    with op.batch_alter_table("problem", schema=None) as batch_op:
        batch_op.create_index("ix_problem_batch", ["batch_id"], unique=False)

    op.create_table(
        "status_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("original_message_id", sa.String(), nullable=False),
        sa.Column("original_block_id", sa.String(), nullable=True),
        sa.Column("end_to_end_id", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("duplicate_class", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["status_report.id"], name=op.f("fk_status_line_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_line")),
    )
    with op.batch_alter_table("status_line", schema=None) as batch_op:
        batch_op.create_index(
            "ix_status_line_block",
            ["original_block_id"],
            unique=False,
            sqlite_where=sa.text("level = 'block'"),
            postgresql_where=sa.text("level = 'block'"),
        )
        batch_op.create_index(
            "ix_status_line_message",
            ["original_message_id"],
            unique=False,
            sqlite_where=sa.text("level = 'group'"),
            postgresql_where=sa.text("level = 'group'"),
        )
        batch_op.create_index("ix_status_line_payment", ["end_to_end_id"], unique=False)
        batch_op.create_index("ix_status_line_report", ["report_id"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("temporary", sa.String(), nullable=False),
        sa.Column("host_key", sa.String(), nullable=False),
        sa.Column("started_at", sa.String(), nullable=False),
        sa.Column("writing_at", sa.String(), nullable=True),
        sa.Column("incomplete", sa.Boolean(), nullable=False),
        sa.Column("removed_at", sa.String(), nullable=True),
        sa.Column("releasing_at", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("ended_at", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["file_out.id"], name=op.f("fk_attempt_file_id")),
        sa.PrimaryKeyConstraint("file_id", "number", name=op.f("pk_attempt")),
    )
    op.create_table(
        "detail",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("end_to_end_id", sa.String(), nullable=True),
        sa.Column("instruction_id", sa.String(), nullable=True),
        sa.Column("uetr", sa.String(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("payment_information_id", sa.String(), nullable=True),
        sa.Column("servicer_reference", sa.String(), nullable=True),
        sa.Column("is_return", sa.Boolean(), nullable=False),
        sa.Column("return_reason", sa.String(), nullable=True),
        sa.Column("reversal", sa.Boolean(), nullable=False),
        sa.Column("charges", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("personal", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_detail_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_detail")),
    )
    with op.batch_alter_table("detail", schema=None) as batch_op:
        batch_op.create_index("ix_detail_e2e", ["end_to_end_id"], unique=False)
        batch_op.create_index("ix_detail_entry", ["entry_id"], unique=False)

    op.create_table(
        "payment_file",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["file_out.id"], name=op.f("fk_payment_file_file_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_payment_file_payment_id")),
        sa.PrimaryKeyConstraint("file_id", "ordinal", name=op.f("pk_payment_file")),
    )
    with op.batch_alter_table("payment_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_file_payment_id"), ["payment_id"], unique=False)
        batch_op.create_index(
            "uq_payment_live_file",
            ["payment_id"],
            unique=True,
            sqlite_where=sa.text("live"),
            postgresql_where=sa.text("live"),
        )

    op.create_table(
        "wire_object",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["file_out.id"], name=op.f("fk_wire_object_file_id")),
        sa.PrimaryKeyConstraint("file_id", "ordinal", name=op.f("pk_wire_object")),
    )
    op.create_table(
        "allocation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("detail_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("booked_on", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('debit', 'return', 'reversal', 'return_reversal')", name=op.f("ck_allocation_kind_known")
        ),
        sa.ForeignKeyConstraint(["detail_id"], ["detail.id"], name=op.f("fk_allocation_detail_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_allocation_entry_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_allocation_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
        sa.UniqueConstraint("detail_id", name=op.f("uq_allocation_detail_id")),
    )
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_allocation_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index("ix_allocation_payment", ["payment_id"], unique=False)

    op.create_table(
        "exception",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("file_in_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("statement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("detail_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("file_out_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("params", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'resolved')", name=op.f("ck_exception_state_known")),
        sa.ForeignKeyConstraint(["detail_id"], ["detail.id"], name=op.f("fk_exception_detail_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_exception_entry_id")),
        sa.ForeignKeyConstraint(["file_in_id"], ["file_in.id"], name=op.f("fk_exception_file_in_id")),
        sa.ForeignKeyConstraint(["file_out_id"], ["file_out.id"], name=op.f("fk_exception_file_out_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_exception_payment_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_exception_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exception")),
    )
    with op.batch_alter_table("exception", schema=None) as batch_op:
        batch_op.create_index("ix_exception_entry", ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_exception_file_in_id"), ["file_in_id"], unique=False)
        batch_op.create_index("ix_exception_payment", ["kind", "payment_id"], unique=False)
        batch_op.create_index("ix_exception_state", ["state"], unique=False)
        batch_op.create_index(
            "uq_exception_detail",
            ["kind", "detail_id"],
            unique=True,
            sqlite_where=sa.text("detail_id IS NOT NULL"),
            postgresql_where=sa.text("detail_id IS NOT NULL"),
        )
