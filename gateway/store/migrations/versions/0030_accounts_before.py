"""Which account a person had before is found by the person"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    ended = sa.text("ended_by IS NOT NULL")
    op.create_index("ix_roster_line_past", "roster_line", ["person_blind"], sqlite_where=ended, postgresql_where=ended)
