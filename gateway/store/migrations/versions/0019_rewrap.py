"""Envelopes may be sealed anew by a new generation of the storage key, while the installation says so"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("instance", sa.Column("rewrap_to", sa.String(), nullable=True))
