"""Rehearsal homes for acceptance tests: built once by ``chitra init``, then copied; partners served by OpenSSH."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

from support.command import Result, chitra
from support.postgres import OWNER, WORKER, Cluster, as_role
from support.sshd import Sshd, sshd

from adapters.registry import PROFILES
from gateway.calendar import WorkingDays
from gateway.domain.calendar import next_working
from gateway.sandbox import clock, people
from gateway.sandbox.bank import Bank, Deed
from gateway.sandbox.ledger import Judged

MONTHS = Path(__file__).parents[1] / "fixtures" / "months"
_ZONE = timezone(timedelta(hours=7))
_MORNING = time(9)


@dataclass
class Home:
    """One gateway and its partners; every act on the gateway is a command line."""

    path: Path
    database: str
    """SQLAlchemy URL; on PostgreSQL that of a superuser, while the gateway works as a role that owns nothing."""
    batch: str = ""
    """The batch that the home was prepared with."""
    servers: dict[str, Sshd] = field(default_factory=dict)
    """Partner -> the OpenSSH server in front of its folders."""
    banks: dict[str, Bank] = field(default_factory=dict)

    def chitra(self, *arguments: str | Path) -> Result:
        return chitra(self.path, *arguments)

    # --- the gateway's operator --------------------------------------------------------------------------------

    def import_(self, path: Path) -> Result:
        return self.chitra(
            *("batch", "import", path, "--programme", "pension", "--period", "2026-11", "--operator", "maker")
        )

    def imported(self, path: Path) -> str:
        return str(self.import_(path).done()["batch"])

    def submitted(self, path: Path) -> str:
        batch = self.imported(path)
        self.chitra("batch", "submit", batch, "--operator", "maker").done()
        return batch

    def approve(self, batch: str) -> None:
        """Both approvals."""
        for name in ("checker", "checker2"):
            self.chitra("batch", "approve", batch, "--operator", name).done()

    def send(self) -> Result:
        return self.chitra("send")

    def poll(self) -> Result:
        return self.chitra("poll")

    def states(self, batch: str) -> dict[str, int]:
        """Payment state -> payments."""
        shown = self.chitra("batch", "show", batch).done()
        return {state: sums["payments"] for state, sums in shown["by_state"].items()}

    def configure(self, old: str, new: str) -> None:
        """Edit ``chitra.toml`` as an operator would."""
        text = self._configuration.read_text()
        assert old in text, old
        self._configuration.write_text(text.replace(old, new))

    def configure_partner(self, code: str, **settings: Any) -> None:
        """Replace settings of one partner's section."""
        sections = re.split(r"^(?=\[partners\.)", self._configuration.read_text(), flags=re.MULTILINE)
        for index, section in enumerate(sections):
            if section.startswith(f"[partners.{code}]"):
                sections[index] = _replaced(section, settings)
        self._configuration.write_text("".join(sections))

    def append(self, text: str) -> None:
        """More lines at the end of ``chitra.toml``."""
        with self._configuration.open("a") as file:
            file.write(text)

    @property
    def configuration(self) -> dict[str, Any]:
        return tomllib.loads(self._configuration.read_text())

    @property
    def _configuration(self) -> Path:
        return self.path / "chitra.toml"

    # --- the partners ------------------------------------------------------------------------------------------

    def work(self) -> list[Deed]:
        """One round of every partner on the folders that OpenSSH serves."""
        return [deed for bank in self.banks.values() for deed in bank.work()]

    def next_days(self, days: int) -> None:
        """Move gateway and partners together."""
        clock.advance(self.path, timedelta(days=days))

    def folder(self, partner: str, folder: str) -> Path:
        """A folder of a partner as it lies on the partner's disk."""
        return self.path / "sandbox" / partner / "home" / folder.lstrip("/")

    def orders(self) -> dict[str, bytes]:
        """Everything that ever arrived in the order folders: partner/name -> bytes; uploads in progress left out."""
        found = (path for code in self.banks for path in self.folder(code, "in").rglob("*") if path.is_file())
        return {
            f"{path.relative_to(self.path / 'sandbox').parts[0]}/{path.name}": path.read_bytes()
            for path in found
            if not path.name.startswith(".")
        }

    def ledger(self) -> dict[str, Judged]:
        """The partners' books: what happened to each end-to-end id, which only one partner may know."""
        books = [bank.ledger.by_end_to_end() for bank in self.banks.values()]
        together = {end_to_end_id: judged for book in books for end_to_end_id, judged in book.items()}
        assert len(together) == sum(map(len, books)), "one payment at two partners"
        return together


def build(folder: Path, url: str | None = None) -> Home:
    """A new rehearsal home, in the morning of the next working day; its certificates are valid from now on."""
    where = ("--database", as_role(url, WORKER), "--database-owner", as_role(url, OWNER)) if url else ()
    chitra(None, "init", folder, "--sandbox", *where).done()
    day = next_working(datetime.now(_ZONE).date() + timedelta(days=1), WorkingDays())
    clock.start(folder, datetime.combine(day, _MORNING, _ZONE))
    return Home(folder, url or f"sqlite:///{folder / 'chitra.db'}")


@contextmanager
def copied(original: Home, folder: Path, cluster: Cluster | None = None) -> Iterator[Home]:
    """A home of its own with the same keys and people; on PostgreSQL with a copy of the database."""
    shutil.copytree(original.path, folder)
    if cluster is None:
        yield Home(folder, f"sqlite:///{folder / 'chitra.db'}", original.batch)
        return
    with cluster.database(template=original.database.rpartition("/")[2]) as url:
        home = Home(folder, url, original.batch)
        home.configure(as_role(original.database, WORKER), as_role(url, WORKER))
        yield home


@contextmanager
def served(home: Home) -> Iterator[Home]:
    """One OpenSSH server for each partner, pinned in ``chitra.toml``; the partners work on the served folders."""
    key = (home.path / "keyring" / "sftp.pub").read_text()
    certificate = (home.path / "keyring" / "payments.pem").read_bytes()
    with ExitStack() as stack:
        for code, profile in PROFILES.items():
            root = home.path / "sandbox" / code
            server = stack.enter_context(sshd(root / "home", key))
            home.servers[code] = server
            home.configure_partner(code, port=server.port, user=server.user, host_keys=[server.host_key])
            home.banks[code] = Bank(profile, root, lambda: clock.now(home.path), [certificate])
            stack.callback(home.banks[code].close)
        yield home


def sample(path: Path, payments: int, seed: int = 3, banks: Mapping[str, int] | None = None) -> Path:
    """A batch file for 2026-11 with some payments that will be rejected or returned."""
    people.write_csv(path, people.payments(payments, seed, "2026-11", banks or people.WEIGHT_OF_BANK))
    return path


def _replaced(section: str, settings: Mapping[str, Any]) -> str:
    for name, value in settings.items():
        section, count = re.subn(rf"^{name} = .*$", f"{name} = {json.dumps(value)}", section, flags=re.MULTILINE)
        assert count == 1, name
    return section
