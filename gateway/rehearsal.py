"""The rehearsal partners of a sandbox home: playing them, serving their folders, their clock, their own books."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from gateway.app import App
from gateway.domain.errors import NotConfigured, Refusal
from gateway.lifecycle import openpgp_keys
from gateway.partners import configured_profile, uses_openpgp
from gateway.ports import Stop
from gateway.proof import translated
from gateway.sandbox import clock
from gateway.sandbox.sandbox import Sandbox
from gateway.sandbox.server import SandboxServer

_ROUND_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Booked:
    """What the partners' own books say about one end-to-end id, over every copy that any of them received."""

    debited: int
    """How often; more than one breaks M1."""
    debited_amount: int
    returned_amount: int
    reversed_amount: int
    accepted: int
    rejected: int

    def __add__(self, other: Booked) -> Booked:
        return Booked(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def partners(app: App) -> Sandbox:
    """The partners of the home, ready to work; raises ``Refusal`` outside the sandbox."""
    _require_sandbox(app)
    profiles = [configured_profile(section) for section in app.config.partners.values()]
    with translated():
        trusted = app.keyring.certificates()
        letters = [app.keyring.openpgp_certificate(name) for name in sorted(_openpgp_keys(app))]
    return Sandbox(app.home / "sandbox", profiles, lambda: clock.now(app.home), trusted, letters)


def _openpgp_keys(app: App) -> set[str]:
    """Of the partners that use them, also the one that waits."""
    users = [code for code, section in app.config.partners.items() if uses_openpgp(configured_profile(section))]
    return {name for code in users for name in openpgp_keys(app, code).names}


def server(app: App, sandbox: Sandbox, port: int | None = None) -> SandboxServer:
    """The SFTP server in front of their folders, on ``port`` or the configured one; not yet started."""
    sections = app.config.partners
    users = {section.user or code: sandbox.banks[section.adapter].home for code, section in sections.items()}
    authorized = [path.read_text() for path in sorted((app.home / "keyring").glob("*.pub"))]
    configured = (section.port for section in sections.values() if section.host)
    listening = next(configured, 0) if port is None else port
    try:
        return SandboxServer(app.home / "sandbox", users, authorized, listening)
    except OSError as error:
        raise NotConfigured("port_unavailable", port=listening, reason=error.strerror or "") from None


def serve(app: App, port: int | None, ready: Callable[[int], None], stop: Stop) -> None:
    """Server and partners until ``stop``; ``ready`` is told the port."""
    with closing(partners(app)) as sandbox:
        sftp = server(app, sandbox, port)
        sftp.start()
        try:
            ready(sftp.port)
            _work(sandbox, stop)
        finally:
            sftp.stop()


def play(app: App, ready: Callable[[], None], stop: Stop) -> None:
    """The partners alone, where another server serves their folders."""
    with closing(partners(app)) as sandbox:
        ready()
        _work(sandbox, stop)


def next_day(app: App) -> datetime:
    """Move the clock of the home to the next morning."""
    _require_sandbox(app)
    return clock.next_day(app.home)


def books(app: App) -> dict[str, Booked]:
    """``books_of`` the home's partners, which may be at work in another process."""
    with closing(partners(app)) as sandbox:
        return books_of(sandbox)


def books_of(sandbox: Sandbox) -> dict[str, Booked]:
    """End-to-end id -> what all partners together did: the judge of M1."""
    found: dict[str, Booked] = {}
    for bank in sandbox.banks.values():
        for end_to_end_id, judged in bank.ledger.by_end_to_end().items():
            booked = Booked(**{name: getattr(judged, name) for name in Booked.__slots__})
            found[end_to_end_id] = found[end_to_end_id] + booked if end_to_end_id in found else booked
    return found


def _work(sandbox: Sandbox, stop: Stop) -> None:
    while not stop.requested:
        sandbox.work()
        stop.wait(_ROUND_SECONDS)


def _require_sandbox(app: App) -> None:
    if app.config.gateway.environment != "sandbox" or not (app.home / "sandbox").is_dir():
        raise Refusal("not_a_sandbox", home=str(app.home))
