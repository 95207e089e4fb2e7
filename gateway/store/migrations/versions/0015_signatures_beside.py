"""Received files keep the signature that came beside them; two kinds of exceptions more, one person may end them"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("file_in", sa.Column("signature_sha256", sa.String(), nullable=True))
