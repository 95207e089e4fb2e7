"""What travels may be encrypted: the wire object names the certificate, and the message is kept beside it"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("wire_object", sa.Column("encrypted_to", sa.String(), nullable=True))
