"""Whether the people who approved follow from a bundle's root admins, by statements that two admins signed each."""

from __future__ import annotations

import json
from typing import Any

from gateway.domain import bundles
from gateway.domain.errors import BadProof
from gateway.domain.people import ADD, ADMIN, ADMINS_MIN, ROLE, Root, digest_of, key_id_of
from keys import operators
from keys.errors import KeysError

Fields = dict[str, Any]


class Enrolled:
    """Everybody in the bundle: name, key, and the roles that admins gave."""

    def __init__(self, roots: dict[str, str]) -> None:
        self.keys = dict(roots)
        self.roles = {name: {ADMIN} for name in roots}

    def state(self, statement: Fields, environment: str) -> None:
        """Somebody new, or with other roles, when two different admins signed that; raises ``BadProof``."""
        subject, told = statement["subject"], json.loads(statement["params"])
        first, second = statement["proposed_by"], statement["confirmed_by"]
        signed = (
            self._is_by_admin(statement, environment, "propose", first, statement["proposal"])
            and self._is_by_admin(statement, environment, "confirm", second, statement["confirmation"])
            and first != second
        )
        if not signed or (statement["act"] == ADD) == (subject in self.keys) or statement["act"] not in (ADD, ROLE):
            raise BadProof("bundle_people", operator=subject)
        if statement["act"] == ADD:
            self.keys[subject] = told["public_key"]
        self.roles.setdefault(subject, set()).update(told["roles"].split(","))

    def _is_by_admin(self, statement: Fields, environment: str, step: str, name: str, signature: str) -> bool:
        if ADMIN not in self.roles.get(name, ()):
            return False
        try:
            signed = bundles.decision_of(environment, statement, step, name)
            operators.verify(self.keys[name].encode(), bytes.fromhex(signature), signed)
        except KeysError:
            return False
        return True


def check(body: Fields) -> tuple[list[str], str]:
    """Names of the root admins, and their digest as it stands on paper; raises ``BadProof``."""
    roots = body["people"]["roots"]
    enrolled = Enrolled(roots)
    for statement in body["people"]["statements"]:
        enrolled.state(statement, body["environment"])
    ids = {key_id_of(key) for key in enrolled.keys.values()} - {"unreadable"}
    if len(roots) < ADMINS_MIN or len(ids) < len(enrolled.keys):
        raise BadProof("bundle_people", operator=", ".join(roots))
    for each in body["approval"]["signatures"]:
        name = each["operator"]
        is_known = enrolled.keys.get(name) == each["public_key"]
        if not is_known or bundles.SIGNERS[each["act"]] not in enrolled.roles[name]:
            raise BadProof("bundle_people", operator=name)
    return list(roots), digest_of(Root(*each) for each in roots.items())
