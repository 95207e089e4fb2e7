"""``file explain``: what any file is, ours or anyone's; needs no home."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from gateway.cli.lazy import Command
from gateway.cli.options import NUMBER_MAX
from gateway.cli.session import Session, pass_session
from gateway.cli.words import N_

if TYPE_CHECKING:
    from gateway.inspection import Against


@click.command(
    "explain",
    cls=Command,
    help=N_("What a message is, ours or anyone's: sums, entries, signature, everything wrong with it. Needs no home."),
    epilog="chitra file explain statement.xml",
)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--partner", metavar="CODE", help=N_("Hold it against this partner's rules, too."))
@click.option("--limit", type=click.IntRange(0, NUMBER_MAX), default=20, show_default=True,
              help=N_("At most so many rows of each list; 0 for all."))  # fmt: skip
@pass_session
def explain_files(session: Session, paths: tuple[Path, ...], partner: str | None, limit: int) -> int:
    from gateway.usecases import gravity

    against = _against(session, partner)
    answers = [_explain(session, path, limit, against) for path in paths]
    session.output.document([document for document, _code in answers])
    return gravity.gravest(code for _document, code in answers)


def _nameless(file: BinaryIO) -> BinaryIO:
    """The same file without its name, which libxml2 could not bear when it is no UTF-8."""
    return open(file.fileno(), "rb", closefd=False)


def _against(session: Session, partner: str | None) -> Against | None:
    from gateway.inspection import against

    return against(session.home, partner) if partner else None


def _explain(session: Session, path: Path, limit: int, against: Against | None) -> tuple[dict[str, Any], int]:
    """One file, said and as a document, with its exit code; a file that cannot be read does not end the others."""
    from gateway.cli import explanation
    from gateway.inspection import inspect

    name = str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        with path.open("rb") as file, _nameless(file) as source:
            inspected = inspect(source, limit, against)
    except OSError as error:
        reason = {"path": name, "reason": error.strerror or str(error)}
        session.output.note("cannot_read", reason)
        return explanation.unread(name, "cannot_read", reason), 1
    document = explanation.document(name, inspected)
    explanation.say(session.output, document)
    return document, 3 if document["findings"] else 0
