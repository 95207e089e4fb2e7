"""Carry-overs name their predecessor: another trigger, which is made anew after every migration"""

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """No table changes."""
