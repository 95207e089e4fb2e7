"""Options that several commands share, each with one meaning."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click

from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.cli.session import Session
    from gateway.ports import Spool

C = TypeVar("C", bound=Callable[..., Any])

NUMBER_MAX = 2**63 - 1
"""The greatest number that both databases hold."""

LIMIT = click.option(
    "--limit", type=click.IntRange(1, NUMBER_MAX), default=50, show_default=True, help=N_("At most so many.")
)
PASSPHRASE_FILE = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=N_("File of mode 0600 with the passphrase of the new key."),
)
OPERATOR = click.option("--operator", metavar="NAME", required=True, help=N_("Who decides; signs with the own key."))
ACTING_PASSPHRASE_FILE = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=N_("File with the passphrase of the operator's key."),
)
DATABASE_OWNER = click.option(
    "--database-owner",
    metavar="URL",
    help=N_("PostgreSQL role that owns the tables, when the gateway's own does not; kept nowhere."),
)
REASON_TOLD = click.option("--reason", required=True, metavar="TEXT", help=N_("Why, for the record."))
EVIDENCE = click.option(
    "--evidence",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help=N_("The document it rests on, such as the partner's letter; kept for ever."),
)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
_OF_A_MONTH = (
    click.option("--programme", required=True, help=N_("Welfare programme, as you name it.")),
    click.option("--period", required=True, help=N_("Month of payment, YYYY-MM.")),
    click.option("--payer", help=N_("Paying authority; needed when there are several.")),
)
_UNMASK = click.option("--unmask", is_flag=True, help=N_("Show personal data in full; is recorded."))
_REASON = click.option("--reason", help=N_("Why the personal data must be seen; needed with --unmask."))


def listing(states: Iterable[str]) -> Callable[[C], C]:
    """``--state``, ``--since`` and ``--limit`` of a list."""
    state = click.option(
        "--state", type=click.Choice(sorted({str(state) for state in states})), help=N_("Only in this state.")
    )
    since = click.option(
        "--since",
        type=click.DateTime(["%Y-%m-%d"]),
        metavar="YYYY-MM-DD",
        help=N_("Only from this day on, YYYY-MM-DD."),
    )
    return lambda command: state(since(LIMIT(command)))


def of_a_month(command: C) -> C:
    """``--programme``, ``--period`` and ``--payer``: whose list of which month."""
    for option in reversed(_OF_A_MONTH):
        command = option(command)
    return command


def unmasking(command: C) -> C:
    """``--unmask --reason TEXT``; hand both to ``permit``."""
    return _UNMASK(_REASON(command))


def permit(session: Session, unmask: bool, reason: str | None, subject: str) -> bool:
    """Whether personal data is shown in full; the audit record is committed before anything is shown."""
    if not unmask:
        return False
    if not (reason or "").strip():
        raise click.UsageError(_("--unmask needs --reason TEXT."))
    from gateway.cli.session import acting_user

    with session.app.store.begin() as tx:
        tx.record(acting_user(), "unmask", subject, reason=str(reason))
    return True


def beginning(day: datetime | None) -> str | None:
    """The first moment of a local day, as times are stored."""
    from gateway.clock import ZONE

    if day is None:
        return None
    return datetime.combine(day.date(), time(), ZONE).astimezone(UTC).isoformat(timespec="microseconds")


def plain_name(path: Path) -> str:
    """The file's name as text; bytes that are no UTF-8 are shown by a replacement."""
    return os.fsencode(path.name).decode("utf-8", "replace")


@contextmanager
def seekable(path: Path, spool: Spool) -> Iterator[BinaryIO]:
    """The file open for reading more than once; what comes through a pipe is copied first."""
    with path.open("rb") as source:
        if source.seekable():
            yield source
            return
        with closing(spool.create()) as copy:
            shutil.copyfileobj(source, copy)
            copy.seek(0)
            yield copy


def lying_beside(path: Path, size_bytes_max: int) -> Callable[[str], bytes | None]:
    """Files of the same folder by their names; of one that is larger a byte more than that many."""

    def read(name: str) -> bytes | None:
        other = path.with_name(name)
        if not other.is_file():
            return None
        with other.open("rb") as source:
            return source.read(size_bytes_max + 1)

    return read


def as_date(day: datetime | None) -> str | None:
    return day.date().isoformat() if day else None
