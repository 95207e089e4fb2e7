"""``schemas``: the official ISO 20022 schemas; needs no home."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.lazy import Group
from gateway.cli.session import Session, pass_session
from gateway.cli.words import N_, _
from gateway.domain.errors import NotFound, Refusal

if TYPE_CHECKING:
    from formats.iso20022.schema import Schema


@click.group(cls=Group, help=N_("Official ISO 20022 schemas."))
def schemas() -> None:
    pass


@schemas.command("list", help=N_("Every schema we know, and whether it is here and unchanged."),
                 epilog="chitra schemas list")  # fmt: skip
@pass_session
def list_(session: Session) -> int:
    from formats.iso20022 import schema

    known = [(each, each.is_installed()) for each in schema.manifest()]
    session.output.table(
        [_("Message"), _("Installed"), _("Package"), _("Version")],
        [[each.message, _("yes") if here else _("no"), each.package, each.version] for each, here in known],
    )
    session.output.document({"schemas": [_document(each, here) for each, here in known]})
    return 0


@schemas.command("show", help=N_("One schema and where it comes from."), epilog="chitra schemas show pain.001.001.09")
@click.argument("message", metavar="MESSAGE")
@pass_session
def show(session: Session, message: str) -> int:
    from formats.iso20022 import schema

    found = next((each for each in schema.manifest() if each.message == message), None)
    if found is None:
        raise NotFound("schema_unknown", message=message)
    document = _document(found, found.is_installed())
    session.output.table([_("Schema"), _("Value")], [[field, str(value)] for field, value in document.items()])
    session.output.document(document)
    return 0


def _document(each: Schema, here: bool) -> dict[str, Any]:
    return {
        "message": each.message,
        "namespace": each.namespace,
        "installed": here,
        "sha256": each.sha256,
        "package": each.package,
        "version": each.version,
    }


@schemas.command(
    "install",
    help=N_("Take schemas out of a folder or an archive; only files with the known hash are taken."),
    epilog="chitra schemas install --from schemas.zip",
)
@click.option("--from", "source", required=True, type=click.Path(exists=True, path_type=Path), metavar="DIR|ZIP",
              help=N_("Folder, zip, wheel or tar archive with .xsd files."))  # fmt: skip
@pass_session
def install(session: Session, source: Path) -> int:
    from formats.iso20022 import schema

    done = schema.install(source)
    if not done.taken and not done.refused:
        raise Refusal("no_schemas_found", path=str(source))
    missing = [each.message for each in schema.missing()]
    session.output.say(_("{count} schemas installed, {missing} still missing.").format(
        count=len(done.taken), missing=len(missing)))  # fmt: skip
    for name in done.refused:
        session.output.note("schema_hash_differs", {"name": name})
    session.output.document({"installed": list(done.taken), "refused": list(done.refused), "missing": missing})
    return 3 if done.refused else 0
