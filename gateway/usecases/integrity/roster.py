"""The roster: each version against its envelope, each act against the audit record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from formats.text.names import comparable
from gateway.domain.errors import ChitraError
from gateway.ports import Vault
from gateway.store import decisions
from gateway.store.discrepancy import Discrepancy
from gateway.store.integrity.every import every
from gateway.store.roster import population, staging
from gateway.store.store import Transaction
from gateway.store.tables import PopulationAnswer, PopulationRequest, RosterChange, RosterFile
from gateway.usecases.context import Context
from gateway.usecases.integrity.recorded import Records
from gateway.usecases.population.settle import SettlePopulation, signed_lines
from gateway.usecases.roster.listed import canonical, content_blind, likeness

_TOLD = ("as_of", "rows", "added", "changed", "same", "unusable", "absent")


def differences(context: Context, tx: Transaction) -> Iterator[Discrepancy]:
    yield from _acts(tx)
    yield from _asked(tx)
    yield from _settled(context, tx)
    yield from _versions(context.vault(), tx)
    yield from _items(context.vault(), tx)


def _acts(tx: Transaction) -> Iterator[Discrepancy]:
    """What an act made and ended is what was recorded of it."""
    recorded = Records(tx, "roster import", "roster settle", "population answer", "account findings")
    requests = {request.id: request.reference for request in every(tx, PopulationRequest)}
    answers = {answer.change_id: answer for answer in every(tx, PopulationAnswer)}
    files = {file.change_id: file for file in every(tx, RosterFile)}
    for change in every(tx, RosterChange):
        told: dict[str, Any] = {
            "actor": change.actor,
            "kind": change.kind,
            "payer": change.payer,
            "programme": change.programme,
            "digest": staging.versions_digest(tx, change.id).hex(),
        }
        told["items"] = staging.items_digest(tx, change.id).hex()
        if change.id in files:
            file = files[change.id]
            told |= {name: getattr(file, name) for name in _TOLD} | {"list": file.rows_sha256.hex()}
            told["source"] = file.source_sha256
        if change.id in answers:
            answer = answers[change.id]
            told |= {"request": requests.get(answer.request_id), "answered_on": answer.answered_on}
            told |= {"rows": answer.rows, "source": answer.source_sha256, "list": answer.rows_sha256.hex()}
            told |= {"results": population.results_digest(tx, change.id).hex()}
        yield from recorded.differ(f"roster_change {change.reference}", change.reference, told)


def _settled(context: Context, tx: Transaction) -> Iterator[Discrepancy]:
    """M11: what two people signed of who died or moved is what ended, item by item, and by nothing else."""
    recorded = Records(tx, "roster settle")
    acts = [told for each in recorded for told in recorded.of(each) if told.get("decision", "-") != "-"]
    ended = {(told["decision"], told["item"], told["until"]) for told in acts}
    signed = {
        (decision.reference, line["item"], line["last_month"])
        for decision in decisions.executed(tx, {SettlePopulation.verb})
        for line in signed_lines(context, tx, decision.evidence_sha256 or "")[1]
    }
    for reference, item, month in sorted(signed ^ ended):
        yield Discrepancy("record_differs", f"work_item {item}", str(month), f"decision {reference}")


def _asked(tx: Transaction) -> Iterator[Discrepancy]:
    """Whom a request asked about is what the roster was then, and what was recorded of it."""
    recorded = Records(tx, "population request")
    for each in every(tx, PopulationRequest):
        where = f"population_request {each.reference}"
        found = population.asked_digest(tx, each)
        if (found.count, found.digest()) != (each.asked, bytes(each.asked_sha256)):
            yield Discrepancy("content_differs", where, _hex(each.asked_sha256), _hex(found.digest()))
        told = {"actor": each.actor, "digest": _hex(each.asked_sha256), "payer": each.payer}
        told |= {"programme": each.programme, "month": each.month}
        yield from recorded.differ(where, each.reference, {**told, "upto": each.upto, "asked": each.asked})


def _versions(vault: Vault, tx: Transaction) -> Iterator[Discrepancy]:
    """The envelope of each version opens, and gives its blind columns."""
    for row in tx.stream("SELECT * FROM roster_line ORDER BY id"):
        where = f"roster_line {row.id}"
        try:
            values = json.loads(vault.open(bytes(row.personal), where.replace(" ", ":")))
        except (ChitraError, ValueError):
            yield Discrepancy("envelope_differs", where)
            continue
        for column, expected in _blinds(vault, values, row).items():
            got = getattr(row, column)
            if (None if got is None else bytes(got)) != expected:
                yield Discrepancy("content_differs", f"{where} {column}", _hex(expected), _hex(got))


def _blinds(vault: Vault, values: Mapping[str, str], row: Any) -> dict[str, bytes | None]:
    like = likeness(values)
    return {
        "person_blind": vault.blind("person", values["beneficiary_id"]),
        "name_blind": vault.blind("name", comparable(values["name"])),
        "account_blind": vault.blind("account", f"{row.bank}:{values['account']}") if row.bank else None,
        "likeness_blind": vault.blind("likeness", like) if like else None,
        "content_blind": content_blind(vault, canonical(values, row.bank)),
    }


def _items(vault: Vault, tx: Transaction) -> Iterator[Discrepancy]:
    """What is open has no end; what has ended is in the record of the act that ended it."""
    for row in tx.rows(
        "SELECT id, state FROM work_item WHERE ended_by IS NULL AND (state <> 'open' OR reason IS NOT NULL) ORDER BY id"
    ):
        yield Discrepancy("rows_differ", f"work_item {row.id}", "open", row.state)
    for row in tx.stream("SELECT id, personal FROM work_item WHERE personal IS NOT NULL ORDER BY id"):
        try:
            vault.open(bytes(row.personal), f"work_item:{row.id}")
        except ChitraError:
            yield Discrepancy("envelope_differs", f"work_item {row.id}")


def _hex(value: bytes | memoryview | None) -> str:
    return "" if value is None else bytes(value).hex()
