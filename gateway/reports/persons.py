"""Who a payment is for: opened from its envelope, masked before it is shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gateway.domain.identifiers import masked, masked_name
from gateway.ports import Vault


@dataclass(frozen=True, slots=True)
class Person:
    beneficiary_id: str
    beneficiary_name: str
    date_of_birth: str
    payee_name: str
    payee_basis: str
    account: str
    note: str
    originals: Mapping[str, str] = field(default_factory=dict)
    """Field -> what the list said in an old font, where it was converted."""

    def masked(self) -> Person:
        """Enough to recognise a person one knows already, no more."""
        return replace(
            self,
            beneficiary_id=masked(self.beneficiary_id),
            beneficiary_name=masked_name(self.beneficiary_name),
            date_of_birth=masked(self.date_of_birth, shown=0),
            payee_name=masked_name(self.payee_name),
            account=masked(self.account),
            note=masked(self.note, shown=0),
            originals={name: masked_name(text) for name, text in self.originals.items()},
        )


def person(vault: Vault, payment_id: int, envelope: bytes) -> Person:
    """The envelope of a payment row, opened."""
    told = json.loads(vault.open(bytes(envelope), f"payment:{payment_id}"))
    told.pop("predecessor_ref", None)
    return Person(**told)
