"""Legal sequence and content of a statement; exceptions that heal"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("statement", sa.Column("legal_sequence", _BIG, nullable=True))
    op.add_column("statement", sa.Column("content", sa.LargeBinary(), nullable=True))
    op.add_column("exception", sa.Column("healed_at", sa.String(), nullable=True))
