"""The month from its beginning: nine communes' lists, the population registry, rates, then payment lists from them."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.app import App
from gateway.config import FILE_NAME
from gateway.demo import Month, at_the_partners, never_asked, paid, start_of_month
from gateway.domain.errors import Alarm
from gateway.sandbox import clock, lists, registry
from gateway.sandbox.lists import PROGRAMME, Commune, CommuneList
from gateway.setup import init_home
from gateway.store.roster import population
from gateway.store.roster.scope import Roster
from gateway.usecases import decide
from gateway.usecases.acts import ACTS
from gateway.usecases.decide import Proposal
from gateway.usecases.population.answer import take
from gateway.usecases.population.request import ask
from gateway.usecases.population.settle import VERB, draft
from gateway.usecases.rate_import import SHIPPED, SUBJECT
from gateway.usecases.roster import building, importing
from gateway.usecases.roster.building import build
from gateway.usecases.roster.importing import import_list

if TYPE_CHECKING:
    from datetime import datetime

_TAX_ID = "01012345{:02d}"


@dataclass(frozen=True, slots=True)
class Listed:
    """What became of one commune's list."""

    commune: str
    file: str
    rows: int
    usable: int
    to_look_at: int
    """Work items about it, those of the registry included."""
    paid: int
    left_out: int
    """People who are owed something, and are not on the month's list before a person has looked."""


@dataclass(slots=True)
class Beginning:
    """How the lists became the month; ``registry``: result -> people."""

    lists: list[Listed] = field(default_factory=list)
    registry: Counter[str] = field(default_factory=Counter)


def play_from_lists(home: Path, people: int, seed: int, told: Callable[[str], None]) -> tuple[Beginning, Month]:
    """Init, rates, nine lists, registry, nine payment lists; then the month as ``play_month`` has it."""
    start = start_of_month()
    told("init")
    init_home(home, True, start, never_asked)
    _add_payers(home)
    clock.start(home, start)
    app = App(home, never_asked)
    told("rates")
    _confirm_rates(app)
    sent = list(lists.lists(people, seed, start.date()))
    told("lists")
    for each in sent:
        _import(app, each, start)
    told("registry")
    beginning = Beginning()
    for each in sent:
        beginning.registry += _ask_registry(app, each.commune)
    told("settle")
    for each in sent:
        _settle(app, each.commune)
    told("build")
    batches = {each.commune.payer: _build(app, each.commune, f"{start:%Y-%m}") for each in sent}
    beginning.lists = [_listed(app, each, batches[each.commune.payer]) for each in sent]
    with at_the_partners(app) as sandbox:
        ids = [built.imported.batch.id for built in batches.values() if built.imported]
        return beginning, paid(app, sandbox, ids, told)


def _add_payers(home: Path) -> None:
    """Each commune pays from accounts of its own."""
    path = home / FILE_NAME
    own = App(home, never_asked).config
    accounts = next(iter(own.payers.values())).accounts
    sections = []
    for number, commune in enumerate(lists.COMMUNES, 1):
        theirs = ", ".join(f'{code} = "{account}"' for code, account in lists.accounts_of(commune, accounts).items())
        sections.append(
            f'\n[payers.{commune.payer}]\nname = "{commune.organisation}"\ntax_id = "{_TAX_ID.format(number)}"\n'
            f"accounts = {{ {theirs} }}\n"
        )
    path.write_text(path.read_text("utf-8") + "".join(sections), "utf-8")


def _confirm_rates(app: App) -> None:
    """The rates that come with the gateway, by two people."""
    with SHIPPED.open("rb") as document:
        proposal = Proposal(SUBJECT, "rehearsal", {}, SHIPPED.name, document)
        row = decide.propose(app.context, ACTS["rate import"], proposal, "checker", app.operator_key("checker"))
    decide.confirm(app.context, ACTS, row.reference, "checker2", app.operator_key("checker2"))


def _import(app: App, each: CommuneList, start: datetime) -> None:
    with closing(io.BytesIO(each.content)) as source:
        told = importing.Request(source, each.file, each.commune.payer, PROGRAMME, "maker", commune=each.commune.code)
        import_list(app.context, told)


def _ask_registry(app: App, commune: Commune) -> Counter[str]:
    """Everybody of the list, and what the registry says of them."""
    request = io.BytesIO()
    ask(app.context, commune.payer, PROGRAMME, "maker", request)
    answer, results = registry.answer(request.getvalue(), app.context.population, app.context.today())
    take(app.context, io.BytesIO(answer), f"{commune.payer}-answer.csv", "maker")
    return results


def _settle(app: App, commune: Commune) -> None:
    """Two people end what the registry says has ended."""
    with app.store.read() as tx:
        if not population.to_settle(tx, Roster(commune.payer, PROGRAMME)):
            return
    proposal, _ = draft(app.context, Roster(commune.payer, PROGRAMME), "rehearsal")
    row = decide.propose(app.context, ACTS[VERB], proposal, "maker", app.operator_key("maker"))
    decide.confirm(app.context, ACTS, row.reference, "checker", app.operator_key("checker"))


def _build(app: App, commune: Commune, period: str) -> building.Built:
    built = build(app.context, building.Request(commune.payer, PROGRAMME, period, "maker"))
    if built.imported and built.imported.problems:
        raise Alarm("demo_failed", step="import", problems=len(built.imported.problems))
    return built


def _listed(app: App, each: CommuneList, built: building.Built) -> Listed:
    with app.store.read() as tx:
        items = tx.value("SELECT count(*) FROM work_item WHERE payer = :p AND state = 'open'", p=each.commune.payer)
        usable = tx.value(
            "SELECT count(*) FROM roster_line WHERE payer = :p AND ended_by IS NULL", p=each.commune.payer
        )
    batch = built.imported.batch if built.imported else None
    left_out = len({out.line for out in built.left_out})
    return Listed(each.commune.name, each.file, each.people, usable, items, batch.payments if batch else 0, left_out)
