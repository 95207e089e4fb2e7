"""A successor occupies the benefit key of its predecessor; the key is of everything but arrears, over all payers"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY = ["programme", "person_blind", "benefit_month"]


def upgrade() -> None:
    op.add_column("payment", sa.Column("entitled_amount", _BIG, nullable=True))
    op.drop_index("uq_payment_benefit", table_name="payment")
    one, held = sa.text("kind <> 'arrears' AND holds_key"), sa.text("holds_key")
    op.create_index("uq_payment_benefit", "payment", _KEY, unique=True, sqlite_where=one, postgresql_where=one)
    op.create_index("ix_payment_benefit", "payment", _KEY, sqlite_where=held, postgresql_where=held)
