"""Who may act: what follows from the pinned root admins by statements that two admins signed each (M11).

Pure. Rows of people in the database count for nothing here: a person is known by the chain of statements alone. Each
statement binds what it rests on (``People.ground``): the last statement about its person and the last one that made
or unmade an admin; and one about an admin binds all before it. Hence none can be left out before another, changed, or
put in later by an admin of then.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256

from gateway.domain.errors import Refusal, Tampered

ADD, ROLE, REVOKE = "operator add", "operator role", "operator revoke"
VERBS = (ADD, ROLE, REVOKE)
ADMIN = "admin"
ROLES = ("maker", "checker", "releaser", "auditor", ADMIN)
ADMINS_MIN = 2
"""Fewer could never state anything again."""
_KEY_ID_DIGITS = 16
_PEM = "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n"
_PEM_LINE = 64

Genuine = Callable[[str, bytes, bytes], bool]
"""(public key PEM, data, signature) -> whether it is genuine."""


@dataclass(frozen=True, slots=True)
class Root:
    """An admin fixed at the key ceremony and pinned outside the database."""

    name: str
    public_key: str


@dataclass(frozen=True, slots=True)
class Signed:
    """One person's signature and what it is over."""

    operator: str
    data: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Statement:
    """What two admins said of a person."""

    reference: str
    verb: str
    subject: str
    params: str
    """JSON."""
    precondition: str
    """SHA-256 of the ground it was made on; part of what both signed."""
    first: Signed
    second: Signed

    @property
    def told(self) -> Mapping[str, str]:
        """Raises ``Tampered`` for what no command wrote."""
        try:
            return {name: str(value) for name, value in json.loads(self.params).items()}
        except (ValueError, AttributeError):
            raise Tampered("people_broken", decision=self.reference) from None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the statements have it."""

    name: str
    public_key: str
    roles: frozenset[str]
    link: str
    """Digest of the last statement about the person."""
    revoked: bool = False
    kept: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Batches whose approval by this person counts on, with the roles of that time."""

    @property
    def key_id(self) -> str:
        return key_id_of(self.public_key)

    def may(self, roles: Collection[str] | None) -> bool:
        """Enrolled still, and with one of the roles when any is needed."""
        return not self.revoked and (roles is None or not self.roles.isdisjoint(roles))

    def counts(self, role: str, batch: str) -> bool:
        """Whether a signature under this batch counts: of somebody who may, or who might when it was given."""
        return self.may({role}) or role in self.kept.get(batch, ())


@dataclass(frozen=True, slots=True)
class People:
    """Everybody who was ever stated, and how far the statements go."""

    everybody: Mapping[str, Person]
    admins: str
    """Digest of the last statement that made or unmade an admin; before it, of the roots."""
    links: frozenset[str] = frozenset()
    """Digests of all statements."""

    def ground(self, name: str, params: Mapping[str, str]) -> str:
        """What a statement about ``name`` rests on."""
        known = self.everybody.get(name)
        ground = f"{self.admins} {known.link if known else 'nobody'}"
        return f"{ground} {' '.join(sorted(self.links))}" if self.is_about_admin(name, params) else ground

    def is_about_admin(self, name: str, params: Mapping[str, str]) -> bool:
        """Whether a statement makes or unmakes an admin."""
        known = self.everybody.get(name)
        return ADMIN in params.get("roles", "").split(",") or (known is not None and ADMIN in known.roles)

    def may(self, name: str, roles: Collection[str] | None) -> bool:
        known = self.everybody.get(name)
        return known is not None and known.may(roles)


def key_id_of(public_pem: str) -> str:
    """The beginning of the digest over the DER of a public key; its text has one form only."""
    try:
        der = base64.b64decode("".join(public_pem.split("\n")[1:-2]), validate=True)
    except ValueError:
        return "unreadable"
    text = base64.b64encode(der).decode()
    lines = (text[start : start + _PEM_LINE] for start in range(0, len(text), _PEM_LINE))
    if not der or _PEM.format("\n".join(lines)) != public_pem:
        return "unreadable"
    return sha256(der).hexdigest()[:_KEY_ID_DIGITS]


def digest_of(roots: Iterable[Root]) -> str:
    """What people compare with the paper of the key ceremony."""
    told = json.dumps(sorted((root.name, root.public_key) for root in roots), separators=(",", ":"))
    return sha256(told.encode()).hexdigest()


def first(roots: Iterable[Root]) -> People:
    """Before any statement: the root admins alone."""
    pinned = tuple(roots)
    link = digest_of(pinned)
    everybody = {root.name: Person(root.name, root.public_key, frozenset({ADMIN}), link) for root in pinned}
    if len({person.key_id for person in everybody.values()} - {"unreadable"}) < ADMINS_MIN:
        raise Tampered("roots_unfit")
    return People(everybody, link)


@lru_cache(maxsize=8)
def follow(roots: tuple[Root, ...], statements: tuple[Statement, ...], genuine: Genuine) -> People:
    """The people that all statements together make; raises ``Tampered`` when one of them does not follow."""
    people, waiting = first(roots), list(statements)
    while waiting:
        statement = _next(people, waiting)
        if statement is None or not _is_signed(people, statement, genuine):
            raise Tampered("people_broken", decision=(statement or waiting[0]).reference)
        try:
            people = after(people, statement.verb, statement.subject, statement.told, statement.second)
        except (Refusal, LookupError):
            raise Tampered("people_broken", decision=statement.reference) from None
        waiting.remove(statement)
    return people


def _next(people: People, waiting: Iterable[Statement]) -> Statement | None:
    """One that rests on what there is; those that change the ground of all others, about admins, after the others."""
    fitting = [each for each in waiting if each.precondition == _digest(people.ground(each.subject, each.told))]
    others = (each for each in fitting if not people.is_about_admin(each.subject, each.told))
    return next(others, fitting[0] if fitting else None)


def _is_signed(people: People, statement: Statement, genuine: Genuine) -> bool:
    """By two different admins of that moment."""
    signers = [people.everybody.get(each.operator) for each in (statement.first, statement.second)]
    by_admins = [
        person is not None and person.may({ADMIN}) and genuine(person.public_key, each.data, each.signature)
        for person, each in zip(signers, (statement.first, statement.second), strict=True)
    ]
    return all(by_admins) and statement.first.operator != statement.second.operator


def after(people: People, verb: str, subject: str, params: Mapping[str, str], last: Signed) -> People:
    """The people once the statement counts; raises ``Refusal`` when it may not be made."""
    changed = _CHANGES[verb](people, subject, params)
    link = _digest(f"{people.ground(subject, params)} {_digest(last.data.decode())}")
    everybody = {**people.everybody, subject: replace(changed, link=link)}
    about_admin = people.is_about_admin(subject, params)
    if about_admin and sum(person.may({ADMIN}) for person in everybody.values()) < ADMINS_MIN:
        raise Refusal("admins_too_few", operator=subject)
    return People(everybody, link if about_admin else people.admins, people.links | {link})


def _added(people: People, name: str, params: Mapping[str, str]) -> Person:
    if name in people.everybody:
        raise Refusal("operator_exists", operator=name)
    person = Person(name, params["public_key"], _roles(params), "")
    taken = {each.key_id for each in people.everybody.values()}
    if person.key_id != params["key_id"] or person.key_id in {*taken, "unreadable"}:
        raise Refusal("operator_key_unfit", operator=name)
    return person


def _changed(people: People, name: str, params: Mapping[str, str]) -> Person:
    person = _enrolled(people, name)
    return replace(person, roles=_roles(params), kept=_kept(person, params))


def _revoked(people: People, name: str, params: Mapping[str, str]) -> Person:
    person = _enrolled(people, name)
    return replace(person, revoked=True, kept=_kept(person, params))


_CHANGES = {ADD: _added, ROLE: _changed, REVOKE: _revoked}


def _enrolled(people: People, name: str) -> Person:
    person = people.everybody.get(name)
    if person is None:
        raise Refusal("operator_not_stated", operator=name)
    if person.revoked:
        raise Refusal("operator_revoked", operator=name)
    return person


def _roles(params: Mapping[str, str]) -> frozenset[str]:
    roles = frozenset(params["roles"].split(","))
    if not roles <= set(ROLES):
        raise Refusal("roles_unknown", roles=params["roles"])
    return roles


def _kept(person: Person, params: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """What the statement names, with the roles up to now; a batch that it leaves out is kept no longer."""
    return {batch: person.roles | person.kept.get(batch, frozenset()) for batch in params["kept"].split()}


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
