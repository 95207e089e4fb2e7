"""Whoever is shown a proof can follow each approver to the root admins by signed statements, and by nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from support.gateways import ADMINS, Gateway, admins, copy_of, person, roots, row
from support.proofs import body_of, proven, recipe

from gateway import bundle_people, proving
from gateway.domain import bundles
from gateway.domain.errors import BadProof
from gateway.domain.people import ADD, digest_of
from gateway.usecases import approve, enrol
from keys import operators, signing
from keys.operators import OperatorKey

STATEMENT = "proposal", "confirmation"


@pytest.fixture
def approved(approved_home: Path, tmp_path: Path) -> Iterator[Gateway]:
    gateway = copy_of(approved_home, tmp_path / "home")
    yield gateway
    gateway.close()


def enrolled(gateway: Gateway, name: str, role: str, by: tuple[str, str] = ("admin", "admin2")) -> None:
    proposal = enrol.added(name, [role], person(name).public_pem.decode(), "new here")
    with gateway.store.begin() as tx:
        enrol.together(gateway.context, tx, ADD, proposal, [(each, person(each)) for each in by])


def approved_by(gateway: Gateway, *names: str, **keys: OperatorKey) -> None:
    """A batch of one payment, TC-0009, sent."""
    batch = gateway.import_([row(9)]).batch.id
    approve.submit(gateway.context, batch, "maker", person("maker"))
    for name in names:
        approve.approve(gateway.context, batch, name, keys.get(name) or person(name))
    gateway.send()


def statements(bundle: bytes) -> list[tuple[str, str]]:
    return [(each["act"], each["subject"]) for each in body_of(bundle)["people"]["statements"]]


def test_m11_a_proof_shows_the_enrolment_of_those_who_approved_and_of_nobody_else(sent: Gateway) -> None:
    bundle = proven(sent)
    assert statements(bundle) == [("operator add", "checker"), ("operator add", "checker2")]
    found = proving.check(bundle).found
    assert (found.roots, found.roots_digest) == (list(ADMINS), digest_of(roots()))


def test_m11_who_was_enrolled_by_an_admin_made_later_is_followed_over_that_admin(
    approved: Gateway, tmp_path: Path
) -> None:
    enrolled(approved, "huong", "admin")
    enrolled(approved, "kim", "checker", by=("admin", "huong"))
    enrolled(approved, "minh", "checker")
    approved_by(approved, "checker", "kim")
    bundle = proven(approved, "TC-0009")
    assert statements(bundle) == [("operator add", name) for name in ("checker", "huong", "kim")]
    assert dict(proving.check(bundle).found.approvals).keys() == {"checker", "kim"}
    done = recipe(tmp_path, bundle)
    assert (done.returncode, done.stderr) == (0, "")
    assert digest_of(roots()) in done.stdout


def test_a_role_that_was_given_before_the_approval_is_shown_and_none_that_came_after(
    approved: Gateway, tmp_path: Path
) -> None:
    approved.give_roles("both", "checker")
    approved_by(approved, "checker", "both")
    approved.give_roles("checker", "maker")
    bundle = proven(approved, "TC-0009")
    assert statements(bundle) == [
        ("operator add", "checker"),
        ("operator add", "both"),
        ("operator role", "both"),
    ]
    assert proving.check(bundle).payment["state"] == "sent"
    assert recipe(tmp_path, bundle).returncode == 0


def test_a_persons_rsa_key_from_a_token_is_followed_like_any_other(approved: Gateway, tmp_path: Path) -> None:
    key = rsa_key("kim")
    with approved.store.begin() as tx:
        proposal = enrol.added("kim", ["checker"], key.public_pem.decode(), "has a token")
        enrol.together(approved.context, tx, ADD, proposal, admins())
    approved_by(approved, "checker", "kim", kim=key)
    bundle = proven(approved, "TC-0009")
    assert ("kim", key.key_id) in proving.check(bundle).found.approvals
    done = recipe(tmp_path, bundle)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"approval of kim, key {key.key_id}" in done.stdout


def rsa_key(name: str) -> OperatorKey:
    """As a token has it."""
    private = signing.generate()
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return OperatorKey(
        name, operators.key_id_of_public(pem), pem, lambda data: private.sign(data, PKCS1v15(), SHA256())
    )


# --- what does not follow --------------------------------------------------------------------------------------------


def refused(body: dict[str, Any], tmp_path: Path) -> None:
    """Here, and by the program of the page."""
    with pytest.raises(BadProof, match="bundle_people"):
        bundle_people.check(body)
    done = recipe(tmp_path, bundles.encode({"body": body, "signature": {}}))
    assert (done.returncode, "DOES NOT FIT" in done.stdout) == (1, True), done.stderr


def signed_anew(body: dict[str, Any], *signers: str, at: int = 0, **changes: str) -> dict[str, Any]:
    """A statement with other words, signed by these people."""
    changed = deepcopy(body)
    statement = changed["people"]["statements"][at] | changes
    for name, step, signature, by in zip(
        signers, ("propose", "confirm"), STATEMENT, ("proposed_by", "confirmed_by"), strict=True
    ):
        signed = bundles.decision_of(body["environment"], statement, step, name)
        statement |= {by: name, signature: person(name).sign(signed).hex()}
    changed["people"]["statements"][at] = statement
    return changed


def test_no_bit_of_a_statement_can_be_another(sent: Gateway, tmp_path: Path) -> None:
    body = body_of(proven(sent))
    for signature in STATEMENT:
        for place in range(0, 128, 3):
            changed = deepcopy(body)
            statement = changed["people"]["statements"][1]
            digit = f"{int(statement[signature][place], 16) ^ 1:x}"
            statement[signature] = statement[signature][:place] + digit + statement[signature][place + 1 :]
            with pytest.raises(BadProof, match="bundle_people"):
                bundle_people.check(changed)
    refused(changed, tmp_path)


@pytest.mark.parametrize("name", bundles.DECISION)
def test_what_two_admins_signed_says_nothing_else(sent: Gateway, tmp_path: Path, name: str) -> None:
    body = body_of(proven(sent))
    statement = body["people"]["statements"][0]
    other = statement["params"].replace('"checker"', '"checker,maker"') if name == "params" else "operator role"
    statement[name] = other
    refused(body, tmp_path)


@pytest.mark.parametrize(
    "signers", [("admin", "admin"), ("admin", "maker"), ("checker2", "admin"), ("stranger", "admin2")], ids="+".join
)
def test_m11_a_statement_that_two_admins_did_not_sign_enrols_nobody(
    sent: Gateway, tmp_path: Path, signers: tuple[str, str]
) -> None:
    body = body_of(proven(sent))
    bundle_people.check(signed_anew(body, "admin", "admin2"))
    refused(signed_anew(body, *signers), tmp_path)


def test_m11_who_is_enrolled_and_no_admin_enrols_nobody(sent: Gateway, tmp_path: Path) -> None:
    body = body_of(proven(sent))
    bundle_people.check(signed_anew(body, "admin", "admin2", at=1))
    refused(signed_anew(body, "checker", "admin", at=1), tmp_path)


def test_a_key_that_was_not_enrolled_a_role_that_was_not_given_and_a_key_of_two_people_do_not_fit(
    sent: Gateway, tmp_path: Path
) -> None:
    body = body_of(proven(sent))
    told = json.loads(body["people"]["statements"][0]["params"])
    others = {
        "key": {"public_key": person("stranger").public_pem.decode()},
        "role": {"roles": "maker"},
        "of two": {"public_key": person("checker2").public_pem.decode()},
    }
    for change in others.values():
        refused(signed_anew(body, "admin", "admin2", params=json.dumps(told | change)), tmp_path)


def test_one_root_admin_is_not_enough(sent: Gateway, tmp_path: Path) -> None:
    body = body_of(proven(sent))
    body["people"] = {"roots": {"admin": body["people"]["roots"]["admin"]}, "statements": []}
    refused(body, tmp_path)
