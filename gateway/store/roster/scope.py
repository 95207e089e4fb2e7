"""Whose roster, and which of its versions hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Roster:
    """Whose list it is."""

    payer: str
    programme: str

    @property
    def named(self) -> dict[str, str]:
        return {"payer": self.payer, "programme": self.programme}


BLOCKED = (
    "SELECT w.person_blind, w.payer, w.programme, count(*) AS items FROM work_item w"
    " WHERE w.state = 'open' AND w.blocking AND w.person_blind IS NOT NULL"
    " GROUP BY w.person_blind, w.payer, w.programme"
)
"""Whom open items keep from being paid, and how many. To be joined: looked up person by person, SQLite goes through all
items of the payer each time."""
LIVE = "l.payer = :payer AND l.programme = :programme AND l.ended_by IS NULL"
"""Versions ``l`` of a roster that hold."""


def spoken_of(payment: str) -> str:
    """Whether the registry says something of the person of a payment (an alias) that nobody has judged yet."""
    return (
        f"({payment}.payer, {payment}.programme, {payment}.person_blind) IN (SELECT w.payer, w.programme,"
        " w.person_blind FROM work_item w WHERE w.state = 'open' AND w.blocking AND w.code LIKE 'registry%')"
    )
