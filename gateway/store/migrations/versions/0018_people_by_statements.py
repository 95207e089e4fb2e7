"""People are enrolled, changed and revoked by decisions of two admins; triggers hold it"""

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Triggers are made anew after every upgrade; no row changes."""
