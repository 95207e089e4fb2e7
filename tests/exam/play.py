"""The exam played on a gateway: the roster of before, the nine lists, the registry's answers, the month's lists."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from support.gateways import ACCOUNTS, Gateway, person
from support.population import confirming
from support.population import written as answer_of

from exam.lists import SHAPES, written
from exam.month import MONTH, OFFICES, REGISTRY, Exam, Paper
from exam.people import Entry, Office
from gateway.domain.errors import Refusal
from gateway.usecases import decide
from gateway.usecases.acts import ACTS
from gateway.usecases.context import Payer
from gateway.usecases.decide import Proposal
from gateway.usecases.population.answer import take
from gateway.usecases.population.request import ask
from gateway.usecases.rate_import import SHIPPED, SUBJECT
from gateway.usecases.roster import building
from gateway.usecases.roster.building import Built
from gateway.usecases.roster.importing import Imported, Request, import_list
from gateway.usecases.roster.settle import Settlement, settle

BEFORE, EARLIER = "2026-10-15", "2026-10-20"


@dataclass
class Played:
    """What came of it; the seconds are of the gateway alone."""

    exam: Exam
    gateway: Gateway
    lists: dict[Office, Imported] = field(default_factory=dict)
    answers: dict[Office, str] = field(default_factory=dict)
    built: dict[Office, Built] = field(default_factory=dict)
    refused: dict[Office, tuple[str, str]] = field(default_factory=dict)
    """What is said of an older list: its code, and the day of the last one."""
    seconds: dict[str, float] = field(default_factory=dict)
    of_shape: dict[Office, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, act: str, office: Office | None = None) -> Iterator[None]:
        began = time.perf_counter()
        yield
        spent = time.perf_counter() - began
        self.seconds[act] = self.seconds.get(act, 0) + spent
        if office is not None:
            self.of_shape[office] = spent


def play(exam: Exam, gateway: Gateway) -> Played:
    """On a fresh gateway."""
    gateway.__dict__["context"] = replace(gateway.context, payers={each.payer: _payer(each) for each in OFFICES})
    played = Played(exam, gateway)
    rate(gateway)
    papers = exam.papers.values()
    for paper in papers:
        with played.timed("the lists of before"):
            _before(gateway, paper)
    for paper in papers:
        content = written(paper.office, paper.entries)
        with played.timed("the nine lists", paper.office):
            played.lists[paper.office] = listed(gateway, paper.office, content)
        _again(played, paper, content)
    for paper in papers:
        with played.timed("the registry's request and answer"):
            played.answers[paper.office] = _registry(gateway, paper)
    for paper in papers:
        with played.timed("the payment lists"):
            asked = building.Request(paper.office.payer, paper.office.programme, MONTH, "maker")
            played.built[paper.office] = building.build(gateway.context, asked)
    return played


def _payer(office: Office) -> Payer:
    return Payer(
        office.payer,
        f"UBND XA {office.payer.upper()}",
        "0101234567",
        account=lambda partner, _programme: ACCOUNTS.get(partner),
        accounts=lambda partner: [ACCOUNTS[partner]] if partner in ACCOUNTS else [],
    )


def rate(gateway: Gateway) -> None:
    """Propose and confirm the list that comes along."""
    with SHIPPED.open("rb") as document:
        proposal = Proposal(SUBJECT, "the list that comes along", {}, "rates.csv", io.BytesIO(document.read()))
    decision = decide.propose(gateway.context, ACTS["rate import"], proposal, "checker", person("checker"))
    decide.confirm(gateway.context, ACTS, decision.reference, "checker2", person("checker2"))


def listed(gateway: Gateway, office: Office, content: bytes, **told: Any) -> Imported:
    name = f"list.{told.pop('suffix', SHAPES[office.shape].suffix)}"
    request = Request(io.BytesIO(content), name, office.payer, office.programme, "maker", province=office.province)
    return import_list(gateway.context, replace(request, **told))


def _before(gateway: Gateway, paper: Paper) -> None:
    """Everybody as they are, in a plain list; whom somebody stops afterwards has an item that says why."""
    plain = replace(paper.office, shape="plain")
    rows = [_stoppable(entry) if entry.person in paper.stopped else entry for entry in paper.before]
    listed(gateway, paper.office, written(plain, rows, SHAPES["plain"]), suffix="csv", as_of=BEFORE)
    vault = gateway.context.vault()
    for each in paper.stopped:
        number = gateway.value(
            "SELECT id FROM work_item WHERE person_blind = :p AND payer = :o AND state = 'open'",
            p=vault.blind("person", each),
            o=paper.office.payer,
        )
        settle(gateway.context, Settlement(number, "maker", "moved away", last_month="2026-10"))


def _stoppable(entry: Entry) -> Entry:
    other = "Nữ" if entry.truth["sex"] == "male" else "Nam"
    return replace(entry, cells={"sex": other})


def _again(played: Played, paper: Paper, content: bytes) -> None:
    """The same list is told to be the same, another one of an earlier day is refused."""
    gateway, office = played.gateway, paper.office
    with played.timed("the nine lists again"):
        again = listed(gateway, office, content)
    assert again.already_seen, office
    older = written(office, [replace(entry) for entry in paper.entries[1:]])
    with pytest.raises(Refusal) as refused:
        listed(gateway, office, older, as_of=EARLIER)
    played.refused[office] = (refused.value.code, str(refused.value.params["last"]))


def _registry(gateway: Gateway, paper: Paper) -> str:
    """Whoever is not planted is confirmed."""
    office, sink = paper.office, io.BytesIO()
    ask(gateway.context, office.payer, office.programme, "maker", sink)
    told = {"known_name": "Lê Thị Khác", "known_birth": "1940-02-03", "died_on": "2026-10-30", "new_commune": "00004"}
    rows = confirming(gateway, sink.getvalue())
    for row in rows:
        if kind := paper.registry.get(row["beneficiary_id"]):
            row |= {"result": REGISTRY[kind], **told}
    taken = take(gateway.context, io.BytesIO(answer_of(gateway, rows)), "answer.csv", "maker")
    return taken.reference


def opened(gateway: Gateway, row: Any, table: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(gateway.context.vault().open(bytes(row.personal), f"{table}:{row.id}"))
    return found
