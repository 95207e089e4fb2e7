"""``init``: a new home with configuration, keyring, database; in the sandbox also people and rehearsal partners."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from string import Template

from adapters.registry import PROFILES
from gateway.app import App, AskPassphrase
from gateway.ceremony import enrol_together, fix_roots
from gateway.config import FILE_NAME
from gateway.domain.errors import Refusal
from gateway.proof import translated
from gateway.store import grants, schema
from gateway.store.revision import NEWEST, revision
from keys.keyring import Keyring
from keys.passphrase import Passphrase

PEOPLE = {"maker": "maker", "checker": "checker", "checker2": "checker"}
"""Operators of a sandbox home and their role."""

ADMINS = ("admin", "admin2")
"""Root admins of a sandbox home."""

EMBEDDED_DATABASE = "sqlite:///chitra.db"
"""A file in the home."""

_MADE = (
    *("reports", "backups", "spool", "keyring", "sandbox", FILE_NAME),
    *("chitra.db", "chitra.db-wal", "chitra.db-shm"),
)
"""What ``init`` makes in a home."""

_KEYS = ("payments", "sftp", "vault")
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_SANDBOX_PASSPHRASE = "keyring/passphrase"

_PARTNER = Template(
    """[partners.$code]
adapter = "$code"
host = "127.0.0.1"
port = $port
user = "$code"
identity = "keyring/sftp"
host_keys = ["$host_key"]
signing_key = "payments"
trusted = ["keyring/partners/$code.pem"]
"""
)


_EXAMPLE = {"code": next(iter(PROFILES)), "port": 22, "host_key": "ssh-ed25519 AAAA..."}

TO_FILL_IN = "FILL IN"
"""Stands in a production configuration where only the authority knows what belongs there."""


@dataclass(frozen=True, slots=True)
class NewHome:
    home: Path
    admins: list[str]
    operators: list[str]
    partners: list[str]


def init_home(
    home: Path,
    sandbox: bool,
    now: datetime,
    ask: AskPassphrase,
    database: str = EMBEDDED_DATABASE,
    owner: str | None = None,
) -> NewHome:
    """Make a home, or nothing at all; what exists is not touched. Raises ``Refusal`` where keys must not lie.

    ``database`` and ``owner`` are URLs; with an owner the gateway's own role is given what its work needs.
    """
    home = home.absolute()
    _refuse_unfit(home)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _or_nothing(home):
            return _fill(home, sandbox, now, ask, database, owner)
    except OSError as error:
        raise Refusal("cannot_write", path=str(home), reason=error.strerror or "") from None


@contextmanager
def _or_nothing(home: Path) -> Iterator[None]:
    """Take away again what was made when the making fails half-way, so that it can be tried again.

    Only names that a home has; whatever else appears in the folder meanwhile is somebody else's.
    """
    ours = [home / name for name in _MADE if not (home / name).exists()]
    try:
        yield
    except BaseException:
        for made in filter(Path.exists, ours):
            shutil.rmtree(made) if made.is_dir() else made.unlink()
        raise


def _fill(home: Path, sandbox: bool, now: datetime, ask: AskPassphrase, database: str, owner: str | None) -> NewHome:
    for name in ("reports", "backups", "spool"):
        (home / name).mkdir(mode=0o700, exist_ok=True)
    with translated():
        keyring = Keyring.create(home / "keyring")
        passphrases = _sandbox_passphrase(home) if sandbox else _asked(ask)
        _generate_keys(keyring, passphrases, now)
    partners = _sandbox_partners(home, keyring, now) if sandbox else {}
    (home / FILE_NAME).write_text(_configuration(sandbox, partners, database), encoding="utf-8")
    app = App(home, ask)
    _create_database(app, owner)
    people = _enrol(app, passphrases) if sandbox else []
    return NewHome(home, list(ADMINS) if sandbox else [], people, list(partners))


def _refuse_unfit(home: Path) -> None:
    if (home / FILE_NAME).exists() or (home / "keyring").exists():
        raise Refusal("home_exists", home=str(home))
    for folder in (home, *home.parents):
        if (folder / ".git").exists() or (folder / "pyproject.toml").exists():
            raise Refusal("home_in_repository", home=str(home), repository=str(folder))


def _sandbox_passphrase(home: Path) -> Callable[[str], Passphrase]:
    """One random passphrase for every key of a rehearsal home."""
    passphrase = Passphrase.random()
    passphrase.save(home / _SANDBOX_PASSPHRASE)
    return lambda key: passphrase


def _asked(ask: AskPassphrase) -> Callable[[str], Passphrase]:
    return lambda key: Passphrase.of(ask(key))


def _generate_keys(keyring: Keyring, passphrases: Callable[[str], Passphrase], now: datetime) -> None:
    keyring.generate_vault(passphrases("vault"), now=now)
    keyring.generate_ssh("sftp", passphrases("sftp"))
    keyring.generate_signing("payments", "Chitra payments", passphrases("payments"), now=now)


def _sandbox_partners(home: Path, keyring: Keyring, now: datetime) -> dict[str, str]:
    """Every adapter as a rehearsal partner: its certificate pinned, its section of the configuration."""
    from gateway.sandbox.sandbox import Sandbox
    from gateway.sandbox.server import SandboxServer

    folder = home / "sandbox"
    sandbox = Sandbox.create(folder, PROFILES.values(), lambda: now, [keyring.certificate("payments")])
    server = SandboxServer(folder, {code: bank.home for code, bank in sandbox.banks.items()}, [])
    for code, bank in sandbox.banks.items():
        (keyring.folder / "partners" / f"{code}.pem").write_bytes(bank.certificate)
    sandbox.close()
    server.start()
    port, host_key = server.port, server.host_key
    server.stop()
    return {code: _PARTNER.substitute(code=code, port=port, host_key=host_key) for code in PROFILES}


def _configuration(sandbox: bool, partners: dict[str, str], database: str) -> str:
    template = Template((Path(__file__).parent / "templates" / FILE_NAME).read_text(encoding="utf-8"))
    source = f"file:{_SANDBOX_PASSPHRASE}" if sandbox else "prompt"
    secrets_of = (*_KEYS, "backup", *ADMINS, *PEOPLE) if sandbox else _KEYS
    accounts = ", ".join(f'{code} = "11000000000{index}"' for index, code in enumerate(partners, 1))
    return template.substitute(
        environment="sandbox" if sandbox else "production",
        organisation="UBND XA THACH THAT" if sandbox else TO_FILL_IN,
        organisation_id="0101234567" if sandbox else TO_FILL_IN,
        database=database,
        payer="thachthat" if sandbox else "payer",
        accounts=accounts,
        default_partner=next(iter(partners), ""),
        keys="\n".join(f'[keys.{name}]\npassphrase = "{source}"' for name in secrets_of),
        partners="\n".join(partners.values()) or _commented(_PARTNER.substitute(_EXAMPLE)),
    )


def _commented(section: str) -> str:
    """An example to fill in."""
    return "".join(f"# {line}\n" for line in section.splitlines())


def upgrade_database(app: App, owner: str | None = None) -> tuple[str | None, str]:
    """Bring the database of a home to this version; returns the revisions before and after.

    ``owner`` is the URL of the role that owns the tables, when the gateway works with another one. An empty database is
    filled; but once people are enrolled, a SQLite file that is gone is missed, not replaced.
    """
    if any(info.purpose == "operator" for info in app.keyring.list()):
        app.require_database()
    before = revision(app.any_store)
    _create_database(app, owner)
    return before, NEWEST


def _create_database(app: App, owner: str | None) -> None:
    """Tables and first rows; taken up again where an earlier attempt ended half-way."""
    with app.store_of(owner) as store:
        schema.upgrade(store)
        with store.read() as tx:
            established = tx.value("SELECT 1 FROM instance")
        if not established:
            instance = "".join(secrets.choice(_ALPHABET) for _ in range(6))
            schema.establish(store, instance, app.config.gateway.environment)
        if owner:
            grants.give(store, grants.role_of(app.any_store))


def _enrol(app: App, passphrases: Callable[[str], Passphrase]) -> list[str]:
    """Rehearsal people with keys of their own, the root admins first."""
    fix_roots(app, ADMINS, passphrases)
    for name, role in PEOPLE.items():
        enrol_together(app, name, [role], passphrases, ADMINS)
    return list(PEOPLE)
