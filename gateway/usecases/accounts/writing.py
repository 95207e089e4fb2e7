"""What requests about accounts have in common."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from adapters.profile import Profile
from formats.iso20022 import pain001

IDENTITY_NUMBER = "NIDN"
"""Of a 12-digit id: national identity number."""


def agent(profile: Profile, bank: str) -> pain001.Agent:
    """A bank as the partner names it."""
    if profile.agent_scheme is None and bank == profile.napas_bin:
        return pain001.Agent(bicfi=profile.bic)
    return pain001.Agent(member_id=bank, clearing_system=profile.agent_scheme or "NAPAS")


def copied(source: BinaryIO, sink: BinaryIO) -> bytes:
    """SHA-256 of what was copied, from the beginning."""
    sha256 = hashlib.sha256()
    source.seek(0)
    while part := source.read(1 << 20):
        sha256.update(part)
        sink.write(part)
    return sha256.digest()
