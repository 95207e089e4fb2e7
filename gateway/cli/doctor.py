"""``doctor``: everything that must be right before go-live, one line each."""

from __future__ import annotations

import click

from gateway.cli.lazy import Command
from gateway.cli.messages import explain
from gateway.cli.session import Session, pass_session
from gateway.cli.words import N_, _

_FINE = {
    "config": N_("{path} is readable"),
    "clock": N_("{environment}, now {now}"),
    "keyring": N_("{keys} keys, readable by nobody else"),
    "key": N_("opens with its passphrase"),
    "signing": N_("{key} signs now"),
    "certificate": N_("valid for {days} more days"),
    "database": N_("revision {revision}, instance {instance}, {environment}"),
    "database-role": N_("{role} owns no table"),
    "audit": N_("chain intact, {records} records"),
    "people": N_("{people} people, {admins} of them admins, as two admins have signed"),
    "anchors": N_("{places} places agree with the database"),
    "schema": N_("installed"),
    "trusted": N_("{certificates} pinned, valid for {days} more days"),
    "openpgp": N_("our key {key}, pinned {pinned}"),
    "host-keys": N_("{pinned}"),
    "disk": N_("{free_mib} MiB free"),
}
"""By the first part of the check's name."""


@click.command(cls=Command, help=N_("Check everything that must be right before go-live."), epilog="chitra doctor")
@pass_session
def doctor(session: Session) -> int:
    from gateway.doctor import examine
    from gateway.usecases import gravity

    found = list(examine(session.app))
    checks = [
        {
            "name": check.name,
            "ok": check.ok,
            "code": check.code,
            "message": _(_FINE[check.kind]).format(**check.params) if check.ok else explain(check.code, check.params),
        }
        for check in found
    ]
    marks = {True: "\N{CHECK MARK}", False: "\N{BALLOT X}"}
    session.output.table(
        ["", _("Check"), _("Finding")], [[marks[c["ok"] is True], c["name"], c["message"]] for c in checks]
    )
    session.output.document({"checks": checks, "ok": all(check.ok for check in found)})
    return gravity.gravest([check.exit_code for check in found])
