"""When an allocation was made"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("allocation", sa.Column("made_at", sa.String(), nullable=True))
