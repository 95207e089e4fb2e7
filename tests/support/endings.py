"""How people end exceptions in tests: what is found, proposed, confirmed."""

from __future__ import annotations

import io

from support.gateways import Gateway, person

from gateway.store.tables import Decision
from gateway.usecases import decide
from gateway.usecases.acts import ACTS
from gateway.usecases.exceptions import Finding, resolve


def found(
    gateway: Gateway, kind: str, resolution: str, payment: str | None = None, letter: bytes | None = b"letter"
) -> Finding:
    number = gateway.value("SELECT max(id) FROM exception WHERE kind = :k", k=kind)
    document = io.BytesIO(letter) if letter is not None else None
    return Finding(number, resolution, "the bank wrote", payment, "letter.pdf" if letter else None, document)


def propose_end(gateway: Gateway, finding: Finding) -> Decision:
    decision = resolve(gateway.context, finding, "checker", person("checker"))
    assert decision is not None
    return decision


def confirmed(gateway: Gateway, decision: Decision) -> str:
    return decide.confirm(gateway.context, ACTS, decision.reference, "checker2", person("checker2")).state


def ended(gateway: Gateway, kind: str, resolution: str, payment: str | None = None) -> None:
    assert confirmed(gateway, propose_end(gateway, found(gateway, kind, resolution, payment))) == "executed"


def open_kinds(gateway: Gateway) -> list[str]:
    return [each.kind for each in gateway.rows("SELECT kind FROM exception WHERE state = 'open' ORDER BY kind")]
