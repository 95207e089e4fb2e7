"""Whose account it is: what is kept of an account, and its blind columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from formats.text.names import comparable
from gateway.ports import Vault


@dataclass(frozen=True, slots=True)
class Owned:
    """An account and who receives by it: the person, or whoever receives for the person."""

    beneficiary_id: str
    name: str
    owner: str
    owner_id: str
    """12 digits; empty where nobody told it."""
    bank: str
    """NAPAS BIN."""
    account: str

    def personal(self) -> bytes:
        """The envelope's content."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")).encode()

    def blinds(self, vault: Vault) -> dict[str, bytes]:
        return {
            "person_blind": vault.blind("person", self.beneficiary_id),
            "account_blind": vault.blind("account", f"{self.bank}:{self.account}"),
            "owner_blind": vault.blind("name", comparable(self.owner)),
        }


def owned(values: Mapping[str, str], bank: str) -> Owned:
    """By a row of a list, or by a version of the roster."""
    payee = values["payee_name"]
    return Owned(
        beneficiary_id=values["beneficiary_id"],
        name=values["name"],
        owner=payee or values["name"],
        owner_id=values["payee_id"] if payee else values["beneficiary_id"],
        bank=bank,
        account=values["account"],
    )


def opened(vault: Vault, envelope: bytes, number: int) -> Owned:
    """What was kept of account ``number``."""
    return Owned(**json.loads(vault.open(bytes(envelope), f"account:{number}")))
