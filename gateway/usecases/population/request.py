"""A request list: everybody whom a roster holds, for the population registry to look at."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from formats import tabular
from gateway.domain import identifiers
from gateway.domain.errors import Refusal
from gateway.store.roster import population
from gateway.store.roster.scope import Roster
from gateway.store.store import Transaction
from gateway.store.tables import PopulationRequest
from gateway.usecases import people
from gateway.usecases.context import Context


def ask(context: Context, payer: str, programme: str, operator: str, sink: BinaryIO) -> PopulationRequest:
    """Write the list and keep whom it asks about; raises ``Refusal`` when the roster holds nobody."""
    known = identifiers.programme(programme)
    if known is None:
        raise Refusal("programme_invalid")
    roster, month = Roster(context.payer(payer).code, known), context.today().isoformat()[:7]
    with context.store.exclusive("import"), context.store.begin() as tx:
        people.require(context, tx, operator, {"maker"})
        upto = population.newest_change(tx, roster)
        if upto is None:
            raise Refusal("population_nobody")
        number, reference = population.name_request(tx)
        seen = population.AskedDigest()
        columns = context.population.asked
        tabular.write_csv(sink, list(columns.values()), _rows(tx, roster, upto, month, seen, reference, columns))
        if not seen.count:
            raise Refusal("population_nobody")
        request = PopulationRequest(
            id=number,
            reference=reference,
            **roster.named,
            upto=upto,
            month=month,
            asked=seen.count,
            asked_sha256=seen.digest(),
            actor=operator,
            made_at=tx.now(),
        )
        population.add(tx, request)
        told: dict[str, str | int] = {**roster.named, "upto": upto, "month": month, "asked": seen.count}
        tx.record(operator, "population request", reference, request.asked_sha256.hex(), **told)
        return request


def _rows(
    tx: Transaction,
    roster: Roster,
    upto: int,
    month: str,
    seen: population.AskedDigest,
    reference: str,
    columns: Mapping[str, str],
) -> Iterator[list[str]]:
    for row in population.asked(tx, roster, upto, month):
        seen.see(row)
        values = json.loads(tx.vault.open(bytes(row.personal), f"roster_line:{row.id}")) | {"request": reference}
        yield [values[name] for name in columns]
