"""An approved batch is amended by two people, neither of them confirming as its maker; a trigger holds it"""

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Triggers are made anew after every upgrade; no row changes."""
