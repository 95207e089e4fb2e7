"""An answer of the population registry: matched to its request, taken whole or not at all, and never a silent change.

What it confirms is recorded; everything else it says is put before a person and keeps the one it is about from being
paid by the roster until then. What a later answer says takes the place of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, BinaryIO

from formats.text.names import comparable
from gateway.domain.errors import NotFound, Refusal, Tampered
from gateway.domain.roster import ChangeKind
from gateway.store import blobs
from gateway.store.roster import holding, population, staging
from gateway.store.roster.scope import Roster
from gateway.store.store import Transaction
from gateway.store.tables import PopulationAnswer, PopulationRequest
from gateway.usecases import people
from gateway.usecases.context import Context
from gateway.usecases.population.reading import Answered, AnswerReader
from gateway.usecases.roster.items import Items
from gateway.usecases.roster.remark import Remark

_FINDINGS = {
    "name_differs": Remark("name", "registry_name_differs"),
    "birth_differs": Remark("birth", "registry_birth_differs"),
    "deceased": Remark("until_month", "registry_deceased"),
    "moved": Remark("commune", "registry_moved"),
    "unknown": Remark("beneficiary_id", "registry_unknown"),
}
"""Result -> what it puts before a person."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The outcome; ``already_seen``: the same answer was taken before, and nothing changed."""

    request: PopulationRequest
    reference: str
    """Of the answer: the roster's act."""
    results: dict[str, int]
    already_seen: bool = False
    held: int = 0
    """Approved payments that it stopped."""


def take(context: Context, source: BinaryIO, name: str, operator: str) -> Taken:
    """Raises ``Refusal`` for an answer that is foreign, older, altered, or not whole."""
    with context.store.exclusive("import"), context.store.begin() as tx:
        people.require(context, tx, operator, {"maker"})
        reader = AnswerReader(context.population)
        population.open_staging(tx)
        count = population.stage(tx, _staged(tx, reader.read(source, name)))
        if not count:
            raise Refusal("population_answer_empty")
        request = _request(tx, reader)
        rows_sha256 = population.rows_digest(tx)
        known = _known(context, tx, request, reader.answered_on, rows_sha256)
        if known is not None:
            return Taken(request, known.reference, population.results(tx, known.change_id), already_seen=True)
        population.stage_asked(tx, request)
        _require_whole(tx, request, count)
        _require_unaltered(tx)
        answer = PopulationAnswer(
            change_id=staging.next_change(tx),
            request_id=request.id,
            answered_on=reader.answered_on,
            source_name=name,
            source_sha256=blobs.put(tx, source),
            rows_sha256=rows_sha256,
            rows=count,
        )
        return _concluded(tx, request, answer, operator)


def _staged(tx: Transaction, rows: Iterator[Answered]) -> Iterator[tuple[Any, ...]]:
    vault = tx.vault
    for each in rows:
        content = json.dumps({**each.values, "told": each.told}, ensure_ascii=False, sort_keys=True)
        person = vault.blind("person", each.values["beneficiary_id"])
        sealed = vault.seal(content.encode(), f"answer:{each.row}")
        yield each.row, person, each.result, vault.blind("answer", content), sealed


def _request(tx: Transaction, reader: AnswerReader) -> PopulationRequest:
    try:
        request = population.request(tx, reader.request)
    except NotFound:
        raise Refusal("population_answer_foreign") from None
    if population.asked_digest(tx, request).digest() != bytes(request.asked_sha256):
        raise Tampered("population_request_tampered", request=request.reference)
    return request


def _known(context: Context, tx: Transaction, request: PopulationRequest, answered_on: str, rows_sha256: bytes) -> Any:
    """The last answer, when this is the same again; raises ``Refusal`` for an older or altered one."""
    asked_on = datetime.fromisoformat(request.made_at).astimezone(context.clock.now().tzinfo).date().isoformat()
    if answered_on > context.today().isoformat():
        raise Refusal("population_answer_of_the_future", day=answered_on)
    if answered_on < asked_on:
        raise Refusal("population_answer_older", day=answered_on, last=asked_on)
    last = population.newest_answer(tx, Roster(request.payer, request.programme))
    if last is None:
        return None
    if last.request_id == request.id and bytes(last.rows_sha256) == rows_sha256:
        return last
    if last.request_id > request.id or last.answered_on > answered_on:
        raise Refusal("population_answer_older", day=answered_on, last=last.answered_on)
    if last.request_id == request.id and last.answered_on == answered_on:
        raise Refusal("population_answer_differs", answer=last.reference, day=answered_on)
    return None


def _require_whole(tx: Transaction, request: PopulationRequest, count: int) -> None:
    """Everybody who was asked about, once, and nobody else."""
    if twice := population.named_twice(tx):
        raise Refusal("population_person_twice", row=twice.first, other=twice.other)
    if row := population.not_asked(tx):
        raise Refusal("population_not_asked", row=row)
    if count < request.asked:
        raise Refusal("population_answer_truncated", asked=request.asked, answered=count)


def _require_unaltered(tx: Transaction) -> None:
    """What it repeats of each person is what was asked: else something else was looked at."""
    for confirmed in (True, False):
        for row in population.answered(tx, confirmed=confirmed):
            got, said = _opened(tx, row)
            if comparable(got["name"]) != comparable(said["name"]) or got["birth"] != said["birth"]:
                raise Refusal("population_answer_altered", row=row.row)


def _opened(tx: Transaction, row: Any) -> tuple[dict[str, str], dict[str, str]]:
    """What the row says, and what the roster said of the person."""
    got = json.loads(tx.vault.open(bytes(row.personal), f"answer:{row.row}"))
    return got, json.loads(tx.vault.open(bytes(row.said), f"roster_line:{row.line_id}"))


def _concluded(tx: Transaction, request: PopulationRequest, answer: PopulationAnswer, operator: str) -> Taken:
    roster = Roster(request.payer, request.programme)
    change = staging.add_change(tx, answer.change_id, ChangeKind.FILE, roster, operator)
    population.add(tx, answer)
    population.take_results(tx, change.id)
    items = Items(tx, roster, change.id)
    for row in population.answered(tx, confirmed=False):
        got, _ = _opened(tx, row)
        finding = replace(_FINDINGS[row.result], suggestion=got["told"])
        items.answered(row.row, finding, bytes(row.person_blind), got)
    items.flush()
    population.take_items(tx, roster, change.id)
    held = holding.hold(tx, "t.payer = :payer AND t.programme = :programme", **roster.named)
    told: dict[str, str | int] = {
        **roster.named,
        "kind": change.kind,
        "request": request.reference,
        "answered_on": answer.answered_on,
        "source": answer.source_sha256,
        "list": answer.rows_sha256.hex(),
        "rows": answer.rows,
        "results": population.results_digest(tx, change.id).hex(),
        "items": staging.items_digest(tx, change.id).hex(),
    }
    digest = staging.versions_digest(tx, change.id).hex()
    tx.record(operator, "population answer", change.reference, digest, **told)
    return Taken(request, change.reference, population.results(tx, change.id), held=held)
