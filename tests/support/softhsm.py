"""Tokens of SoftHSM, Debian's software HSM; one place for all of a process, since its library looks once."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

from support.services import require_service, require_tool

from keys.token import Pin, Place

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "482915"
WRONG = "000000"


@dataclass(frozen=True)
class Token:
    label: str

    def place(self, key: str = "payments") -> Place:
        return Place(MODULE, self.label, "", key)

    @property
    def pin(self) -> Pin:
        return Pin(PIN.encode())


_numbers = count(1)


@cache
def _folder() -> Path:
    folder = Path(mkdtemp(prefix="softhsm-"))
    (folder / "tokens").mkdir()
    (folder / "conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "conf")
    return folder


def token(name: str) -> Token:
    """A new, initialised token of a label of its own; skips the test where SoftHSM is not installed."""
    return labelled(f"{name}-{next(_numbers)}")


def labelled(label: str) -> Token:
    """One more of this label."""
    tool = require_tool("softhsm2-util")
    require_service("libsofthsm2.so", MODULE.exists())
    environment = {**os.environ, "SOFTHSM2_CONF": str(_folder() / "conf")}
    command = (tool, "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "so-482915")
    subprocess.run(command, check=True, capture_output=True, env=environment)
    import pkcs11  # late, as in the product

    pkcs11.lib(str(MODULE)).reinitialize()
    return Token(label)
