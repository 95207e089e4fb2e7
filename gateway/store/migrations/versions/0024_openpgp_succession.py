"""Steps of an OpenPGP key of ours need no decision; a trigger tells them from a partner's"""

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Triggers are made anew after every upgrade; no row changes."""
