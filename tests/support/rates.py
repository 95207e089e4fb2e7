"""Lists of rates, proposed and confirmed in one line."""

from __future__ import annotations

import io

from support.gateways import Gateway, person

from gateway.domain.rates import Rate
from gateway.store import rates
from gateway.store.tables import Decision
from gateway.usecases import decide
from gateway.usecases.acts import ACTS
from gateway.usecases.decide import Proposal
from gateway.usecases.rate_import import SUBJECT

HEAD = "kind,programme,group,place,age_from,age_below,since,until,value,in_force,legal,source,confidence"
LEVEL = "level,pension,,,,,2024-07,,500000,2024-07-01,76/2024,gazette,high"
RISE = "level,pension,,,,,2026-07,,540000,2026-10-05,335/2026,gazette,high"


def proposed(gateway: Gateway, *rows: str, operator: str = "checker") -> Decision:
    document = io.BytesIO("\n".join([HEAD, *rows]).encode())
    proposal = Proposal(SUBJECT, "new decree", {}, "rates.csv", document)
    return decide.propose(gateway.context, ACTS["rate import"], proposal, operator, person(operator))


def confirmed(gateway: Gateway, decision: Decision, operator: str = "checker2") -> str:
    return decide.confirm(gateway.context, ACTS, decision.reference, operator, person(operator)).state


def rates_of(gateway: Gateway) -> list[Rate]:
    with gateway.store.read() as tx:
        return rates.confirmed(tx)
