"""``db``: the database."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.lazy import Group
from gateway.cli.options import DATABASE_OWNER, plain_name
from gateway.cli.session import Session, acting_user, ask_new_passphrase, ask_passphrase, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.backups import Backup

_ROWS_MAX = 1000
"""Findings that are listed: whoever has so many need not read more."""

_PASSPHRASE_FILE = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=N_("File of mode 0600 with the passphrase of the backup."),
)


@click.group(cls=Group, help=N_("The database."))
def db() -> None:
    pass


@db.command(
    "upgrade",
    help=N_("Bring the database to this version; an empty one is created. Make a backup first."),
    epilog="chitra db upgrade",
)
@DATABASE_OWNER
@pass_session
def upgrade(session: Session, database_owner: str | None) -> int:
    from gateway.setup import upgrade_database

    with session.output.working(_("Upgrading")):
        before, after = upgrade_database(session.app, database_owner)
    if before == after:
        session.output.say(_("The database is current: {revision}").format(revision=after))
    else:
        session.output.say(_("Upgraded from {before} to {after}").format(before=before or "-", after=after))
    session.output.document({"before": before, "revision": after, "changed": before != after})
    return 0


@db.command(
    "check",
    help=N_("Look over everything stored: definitions, rows, signatures, bytes, the record of acts; changes nothing."),
    epilog="chitra db check",
)
@DATABASE_OWNER
@pass_session
def check(session: Session, database_owner: str | None) -> int:
    from gateway.cli.audit import show_discrepancies, told
    from gateway.usecases import gravity, integrity

    context = session.app.context
    with session.output.working(_("Looking over the database")), session.app.store_of(database_owner) as store:
        found = list(islice(integrity.check(replace(context, store=store)), _ROWS_MAX))
    show_discrepancies(session, found)
    if not found:
        session.output.say(_("Everything stored is as it must be."))
    session.output.document({"ok": not found, "findings": [told(each) for each in found]})
    return gravity.gravest(3 if each.code in integrity.FOR_A_PERSON else 5 for each in found)


@db.command(
    "backup",
    help=N_("Write everything stored into one sealed file, while others go on working. The keyring is not inside."),
    epilog="chitra db backup -o backups/$(date +%Y%m%d-%H%M).backup",
)
@click.option(
    "-o", "--output", "path", required=True, metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help=N_("The file to write; never overwrites."),
)  # fmt: skip
@_PASSPHRASE_FILE
@pass_session
def backup(session: Session, path: Path, passphrase_file: Path | None) -> int:
    from gateway import backups
    from gateway.cli.target import new_file

    app = session.app
    app.require_database()
    passphrase = app.new_passphrase(backups.KEY, passphrase_file, ask_new_passphrase)
    with new_file(path) as target, session.output.working(_("Writing the backup")):
        made = backups.write(app, target, plain_name(path), passphrase, acting_user())
    session.output.say(_("Written: {path}").format(path=path))
    session.output.say(_("Keep the keyring and the passphrase of the backup elsewhere: it opens with both only."))
    written = {"path": str(path), "size_bytes": made.size_bytes, "sha256": made.sha256}
    session.output.document(written | _told(made))
    return 0


@db.command(
    "restore",
    help=N_("Fill a database that does not exist yet from a backup. It then sends nothing until chitra resume."),
    epilog="chitra db restore backups/20261130-0200.backup",
)
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_PASSPHRASE_FILE
@DATABASE_OWNER
@pass_session
def restore(session: Session, path: Path, passphrase_file: Path | None, database_owner: str | None) -> int:
    from gateway import backups

    passphrase = session.app.new_passphrase(backups.KEY, passphrase_file, ask_passphrase)
    with path.open("rb") as source, session.output.working(_("Restoring")):
        made = backups.restore(session.app, source, passphrase, database_owner)
    said = _("Restored as of record {sequence}, made {made_at}.")
    session.output.say(said.format(sequence=made.about["sequence"], made_at=made.about["made_at"]))
    if not made.has_storage_key:
        session.output.note("storage_key_missing", {"key": made.about["storage_key"]})
    session.output.say(_("Nothing is sent from it now. Next: chitra db check, then chitra resume."))
    session.output.document(_told(made) | {"safe_mode": True, "has_storage_key": made.has_storage_key})
    return 3


@db.command(
    "prune",
    help=N_("Remove the bytes of lists that were invalid and are older than 90 days; nothing else may go yet."),
    epilog="chitra db prune",
)
@DATABASE_OWNER
@pass_session
def prune(session: Session, database_owner: str | None) -> int:
    from gateway.store import prune as pruning
    from gateway.store.revision import require_current

    require_current(session.app.any_store)
    with session.app.store_of(database_owner) as store:
        removed = pruning.prune(store, acting_user())
    session.output.say(_("Removed: {count} lists that were never valid.").format(count=len(removed)))
    session.output.document({"removed": removed, "kept_days": pruning.KEPT_DAYS})
    return 0


def _told(made: Backup) -> dict[str, Any]:
    """What a backup is of."""
    names = ("instance", "epoch", "sequence", "head", "environment", "revision", "made_at", "storage_key")
    return {name: made.about[name] for name in names} | {"rows": made.rows}
