"""People follow from the pinned root admins by statements that two admins signed, and from nothing else (M11)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway.domain.errors import Refusal, Tampered
from gateway.domain.people import (
    ADD,
    REVOKE,
    ROLE,
    People,
    Root,
    Signed,
    Statement,
    after,
    digest_of,
    follow,
    key_id_of,
)

Params = dict[str, str]


def key(name: str) -> str:
    """A public key; here it signs, too."""
    der = base64.b64encode(hashlib.sha256(name.encode()).digest()).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n"


def sign(public_key: str, data: bytes) -> bytes:
    return hashlib.sha256(public_key.encode() + data).digest()


def genuine(public_key: str, data: bytes, signature: bytes) -> bool:
    return signature == sign(public_key, data)


ROOTS = tuple(Root(name, key(name)) for name in ("ha", "binh"))


class Book:
    """Statements as they are made one after the other."""

    def __init__(self) -> None:
        self.made: list[Statement] = []

    @property
    def people(self) -> People:
        return follow(ROOTS, tuple(self.made), genuine)

    def add(self, name: str, roles: str, by: tuple[str, str] = ("ha", "binh")) -> None:
        params = {"roles": roles, "public_key": key(name), "key_id": key_id_of(key(name))}
        self.state(ADD, name, params, by)

    def role(self, name: str, roles: str, kept: str = "") -> None:
        self.state(ROLE, name, {"roles": roles, "kept": kept})

    def revoke(self, name: str, kept: str = "", by: tuple[str, str] = ("ha", "binh")) -> None:
        self.state(REVOKE, name, {"kept": kept}, by)

    def state(self, verb: str, name: str, params: Params, by: tuple[str, str] = ("ha", "binh")) -> None:
        ground = hashlib.sha256(self.people.ground(name, params).encode()).hexdigest()
        self.made.append(
            signed(Statement(f"D{len(self.made)}", verb, name, json.dumps(params), ground, *[_NONE] * 2), by)
        )


_NONE = Signed("", b"", b"")


def signed(statement: Statement, by: tuple[str, str]) -> Statement:
    told = repr((statement.reference, statement.verb, statement.subject, statement.params, statement.precondition))
    first, second = (
        Signed(name, f"{step} {told}".encode(), sign(key(name), f"{step} {told}".encode()))
        for step, name in zip(("propose", "confirm"), by, strict=True)
    )
    return replace(statement, first=first, second=second)


@pytest.fixture
def book() -> Book:
    book = Book()
    book.add("lan", "maker")
    book.add("minh", "checker")
    book.add("cuc", "admin")
    book.role("lan", "maker,auditor")
    book.revoke("minh", kept="B1", by=("cuc", "ha"))
    return book


def test_m11_people_have_the_roles_that_two_admins_stated_last(book: Book) -> None:
    assert book.people.may("lan", {"auditor"})
    assert not book.people.may("lan", {"checker"})
    assert not book.people.may("stranger", None)
    assert len(book.people.links) == 5


def test_m11_who_is_revoked_may_nothing_and_what_was_kept_counts_on(book: Book) -> None:
    minh = book.people.everybody["minh"]
    assert not minh.may(None)
    assert minh.counts("checker", "B1")
    assert not minh.counts("checker", "B2")
    assert not minh.counts("releaser", "B1")


def test_m11_a_batch_that_a_later_statement_leaves_out_is_kept_no_longer() -> None:
    book = Book()
    book.add("minh", "checker")
    book.role("minh", "auditor", kept="B1 B2")
    assert book.people.everybody["minh"].counts("checker", "B2")
    book.revoke("minh", kept="B1")
    minh = book.people.everybody["minh"]
    assert (minh.counts("checker", "B1"), minh.counts("checker", "B2")) == (True, False)


def test_m11_the_order_in_which_statements_are_read_changes_nothing(book: Book) -> None:
    assert follow(ROOTS, tuple(reversed(book.made)), genuine) == book.people


def test_m11_a_person_stated_before_an_admin_is_read_before_the_admin() -> None:
    book = Book()
    book.add("lan", "maker")
    book.add("cuc", "admin")
    book.add("minh", "maker")
    people = follow(ROOTS, (book.made[1], book.made[2], book.made[0]), genuine)
    assert (people.may("cuc", {"admin"}), people.may("lan", {"maker"})) == (True, True)


def _with(index: int, **changes: object) -> Callable[[list[Statement]], None]:
    def change(made: list[Statement]) -> None:
        made[index] = replace(made[index], **changes)  # type: ignore[arg-type]

    return change


def _signed_by(index: int, by: tuple[str, str]) -> Callable[[list[Statement]], None]:
    def change(made: list[Statement]) -> None:
        made[index] = signed(made[index], by)

    return change


BROKEN: dict[str, Callable[[list[Statement]], None]] = {
    "an enrolment left out before a change": lambda made: made.pop(0) and None,
    "an admin left out who signed later": lambda made: made.pop(2) and None,
    "a statement twice": lambda made: made.append(made[1]),
    "a signature of another": _with(0, first=Signed("ha", b"x", sign(key("lan"), b"x"))),
    "one admin for both": _signed_by(0, ("ha", "ha")),
    "somebody who is no admin": _signed_by(1, ("lan", "ha")),
    "somebody unknown": _signed_by(1, ("stranger", "ha")),
    "an admin who became one later": _signed_by(1, ("cuc", "ha")),
    "what no command wrote": _with(0, params="junk"),
    "a list": _with(0, params="[]"),
    "a role that nobody knows": lambda made: made.__setitem__(
        3, signed(replace(made[3], params='{"roles": "king", "kept": ""}'), ("ha", "binh"))
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_m11_statements_that_do_not_follow_are_an_alarm(book: Book, name: str) -> None:
    made = list(book.made)
    BROKEN[name](made)
    with pytest.raises(Tampered, match="people_broken"):
        follow(ROOTS, tuple(made), genuine)


def test_m11_what_a_revoked_admin_signs_counts_for_nothing(book: Book) -> None:
    book.revoke("ha", by=("binh", "cuc"))
    book.add("hoa", "checker", by=("ha", "cuc"))
    with pytest.raises(Tampered, match="people_broken"):
        follow(ROOTS, tuple(book.made), genuine)


def test_m11_a_statement_of_a_revoked_admin_cannot_be_put_before_the_revocation(book: Book) -> None:
    late = Book()
    late.made = list(book.made)
    late.add("hoa", "checker", by=("ha", "cuc"))
    book.revoke("ha", by=("binh", "cuc"))
    book.made.append(late.made[-1])
    with pytest.raises(Tampered, match="people_broken"):
        follow(ROOTS, tuple(book.made), genuine)


@pytest.mark.parametrize(
    ("verb", "subject", "params", "code"),
    [
        (ADD, "lan", {"roles": "maker", "public_key": key("x"), "key_id": key_id_of(key("x"))}, "operator_exists"),
        (
            ADD,
            "hoa",
            {"roles": "maker", "public_key": key("lan"), "key_id": key_id_of(key("lan"))},
            "operator_key_unfit",
        ),
        (ADD, "hoa", {"roles": "maker", "public_key": key("hoa"), "key_id": "0" * 16}, "operator_key_unfit"),
        (ADD, "hoa", {"roles": "maker", "public_key": "junk", "key_id": "unreadable"}, "operator_key_unfit"),
        (ROLE, "hoa", {"roles": "maker", "kept": ""}, "operator_not_stated"),
        (ROLE, "minh", {"roles": "maker", "kept": ""}, "operator_revoked"),
        (ROLE, "lan", {"roles": "king", "kept": ""}, "roles_unknown"),
        (REVOKE, "minh", {"kept": ""}, "operator_revoked"),
    ],
)
def test_what_may_not_be_stated_is_refused(book: Book, verb: str, subject: str, params: Params, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        after(book.people, verb, subject, params, _NONE)


def test_two_admins_always_remain(book: Book) -> None:
    book.revoke("binh", by=("ha", "cuc"))
    with pytest.raises(Refusal, match="admins_too_few"):
        after(book.people, REVOKE, "cuc", {"kept": ""}, _NONE)
    with pytest.raises(Refusal, match="admins_too_few"):
        after(book.people, ROLE, "ha", {"roles": "maker", "kept": ""}, _NONE)


def test_m11_one_pinned_admin_twice_is_no_ground() -> None:
    with pytest.raises(Tampered, match="roots_unfit"):
        follow((ROOTS[0], replace(ROOTS[0], name="other")), (), genuine)


def test_the_digest_on_paper_is_of_names_and_keys_in_any_order() -> None:
    assert digest_of(ROOTS) == digest_of(ROOTS[::-1])
    assert digest_of(ROOTS) != digest_of((ROOTS[0], Root("binh", key("other"))))
