"""``audit``: the hash-chained record of acts, and whether it is whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.lazy import Group
from gateway.cli.messages import explain
from gateway.cli.options import LIMIT, beginning, permit, unmasking
from gateway.cli.session import Session, local, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.ports import Anchor
    from gateway.store.discrepancy import Discrepancy
    from gateway.store.instance import Head
    from gateway.store.store import Store

_MASKED = "\N{HORIZONTAL ELLIPSIS}"
_CHARS_MAX = 24
_GROUPS_A_LINE = 4
_WORDS_OF_PEOPLE = ("reason",)
"""Details that people wrote themselves: they may name somebody."""
_DATABASE = click.option(
    "--database", metavar="FILE", help=N_("A database elsewhere, such as a copy: its file or URL; needs no home.")
)


@click.group(cls=Group, help=N_("The record of every act, and whether it is whole."))
def audit() -> None:
    pass


@audit.command(
    "verify",
    help=N_("Walk the whole record and compare it with what is remembered outside; needs no key."),
    epilog="chitra audit verify --database copy/chitra.db --anchor /mnt/other/anchor.json",
)
@_DATABASE
@click.option(
    "--anchor",
    "places",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=N_(
        "An anchor to compare with, besides those of the home, or a proof of a payment, which holds one; may be"
        " repeated."
    ),
)
@click.option(
    "--head", "heads", multiple=True, metavar="TEXT", help=N_("A head that was written down; may be repeated.")
)
@click.option(
    "--certificate",
    "certificates",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=N_("Our certificate that must have signed the anchors; those of the home are known. May be repeated."),
)
@pass_session
def verify(
    session: Session,
    database: str | None,
    places: Sequence[Path],
    heads: Sequence[str],
    certificates: Sequence[Path],
) -> int:
    from gateway.usecases import audit_log, people

    marks = [audit_log.read_written(each) for each in heads]
    anchors = _anchors(session, places, database is None)
    ours = [each.read_bytes() for each in certificates] or (session.app.own_certificates() if database is None else [])
    with session.output.working(_("Walking the record")):
        found = audit_log.verify(
            _store(session, database),
            anchors,
            marks,
            session.app.signed_by(ours) if ours else None,
            (lambda tx: ()) if database else partial(people.differences, session.app.context),
        )
    walked, output = found.walked, session.output
    if not found.found:
        output.say(_("The record is whole: {records} acts.").format(records=walked.records))
        output.say(_("Compared with {links} links remembered outside.").format(links=found.compared))
    show_discrepancies(session, found.found)
    output.document(
        {
            "ok": not found.found,
            "records": walked.records,
            "head": walked.hash,
            "first_broken": walked.first_broken,
            "compared": found.compared,
            "findings": [told(each) for each in found.found],
        }
    )
    return 5 if found.found else 0


@audit.command(
    "head", help=N_("The last link of the record, to be written down or printed."), epilog="chitra audit head"
)
@_DATABASE
@click.option("--print", "paper", is_flag=True, help=N_("A page for paper, with places for two signatures."))
@pass_session
def head(session: Session, database: str | None, paper: bool) -> int:
    from gateway.usecases import audit_log

    found = audit_log.head_of(_store(session, database))
    groups = audit_log.written(found.hash)
    for line in _page(found) if paper else _lines(found):
        session.output.say(line)
    session.output.document(asdict(found) | {"written": f"{found.sequence} {groups}"})
    return 0


@audit.command(
    "anchor",
    help=N_("Write the last link of the record, signed by us, into a file to be kept elsewhere."),
    epilog="chitra audit anchor -o /media/usb/2026-11-30.anchor",
)
@click.option(
    "-o", "--output", "path", required=True, metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help=N_("The file to write; never overwrites."),
)  # fmt: skip
@pass_session
def anchor(session: Session, path: Path) -> int:
    from gateway.cli.target import new_file

    written, content = session.app.signed_anchor()
    with new_file(path) as target:
        target.write(content)
    session.output.say(_("Written: {path}").format(path=path))
    session.output.document({"path": str(path)} | asdict(written))
    return 0


@audit.command(
    "list", help=N_("Acts on a subject, the newest first."), epilog="chitra audit list ID --since 2026-11-01"
)
@click.argument("subject", metavar="[ID]", required=False)
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help=N_("Only from this day on, YYYY-MM-DD.")
)
@LIMIT
@unmasking
@pass_session
def list_(
    session: Session, subject: str | None, since: datetime | None, limit: int, unmask: bool, reason: str | None
) -> int:
    from gateway.store import audit as log

    unmasked = permit(session, unmask, reason, subject or "audit")
    with session.app.store.read() as tx:
        acts = [_act(row, unmasked) for row in log.listing(tx, subject, beginning(since), limit)]
    session.output.table(
        [_("Number"), _("When"), _("Who"), _("Act"), _("About"), _("Details")],
        [[a["sequence"], local(a["at"]), a["actor"], a["verb"], a["subject"], _details(a)] for a in acts],
        numbers=[0],
    )
    session.output.document({"acts": acts, "masked": not unmasked})
    return 0


def told(found: Discrepancy) -> dict[str, str]:
    """One finding as a document."""
    return asdict(found) | {"message": explain(found.code, asdict(found))}


def show_discrepancies(session: Session, found: Sequence[Discrepancy]) -> None:
    """One row each: where, expected, got, what to do."""
    session.output.table(
        [_("Where"), _("Expected"), _("Found"), _("What it is, and what to do")],
        [[e.where, _short(e.expected), _short(e.got), explain(e.code, asdict(e))] for e in found],
    )


def _short(text: str) -> str:
    """Digests and definitions as far as a person compares them; the document has them whole."""
    return text if len(text) <= _CHARS_MAX else f"{text[:_CHARS_MAX]}{_MASKED}"


def _store(session: Session, database: str | None) -> Store:
    """The home's database, of whatever revision; or another one, which is only read."""
    from gateway.clock import RealClock
    from gateway.store.revision import require_ours
    from gateway.store.store import read_only

    if database is None:
        session.app.require_database()
    store = session.app.any_store if database is None else read_only(database, RealClock())
    require_ours(store)
    return store


def _anchors(session: Session, places: Sequence[Path], of_home: bool) -> list[Anchor]:
    return [*(session.app.anchors.read() if of_home else []), *map(session.app.kept_anchor, places)]


def _lines(found: Head) -> Iterator[str]:
    from gateway.usecases import audit_log

    yield _("Installation {instance}, epoch {epoch}").format(instance=found.instance, epoch=found.epoch)
    yield f"{found.sequence} {audit_log.written(found.hash)}"


def _page(found: Head) -> Iterator[str]:
    """For paper: what proves later that nothing before it was rewritten or cut off."""
    from gateway.usecases import audit_log

    groups = audit_log.written(found.hash).split()
    yield from (_("The last link of the record of acts"), "")
    yield _("Installation {instance}, epoch {epoch}").format(instance=found.instance, epoch=found.epoch)
    yield from (_("Record {sequence}").format(sequence=found.sequence), "")
    yield from ("    " + "  ".join(groups[start : start + _GROUPS_A_LINE]) for start in range(0, 16, _GROUPS_A_LINE))
    yield ""
    for _person in range(2):
        yield from (_("Date ____________  Name ________________________  Signature ____________________"), "")
    yield _('Keep it away from the machine. Compare: chitra audit verify --head "NUMBER GROUPS"')


def _act(row: Any, unmasked: bool) -> dict[str, Any]:
    details = json.loads(row.details)
    if not unmasked:
        details |= {name: _MASKED for name in _WORDS_OF_PEOPLE if name in details}
    fields = {name: getattr(row, name) for name in ("sequence", "at", "actor", "verb", "subject", "rows_sha256")}
    return fields | {"details": details}


def _details(act: dict[str, Any]) -> str:
    """For people: everything but signatures, which only a program reads."""
    return " ".join(f"{name}={value}" for name, value in act["details"].items() if name != "signature")
