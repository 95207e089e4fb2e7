"""A proof in which something was changed: no byte of it can be another, and the answer says what does not fit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.gateways import payments_key
from support.proofs import CHANGES, body_of, put

from gateway import proving
from gateway.domain import bundles
from gateway.domain.errors import BadProof
from keys import shown
from keys.detached import sign_detached


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_byte_of_a_proof_can_be_another(bundle: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(bundle) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda value: value != bundle[place]))
    with pytest.raises(BadProof):
        proving.check(bundle[:place] + bytes([other]) + bundle[place + 1 :])


def test_no_bit_of_the_seal_a_key_and_any_fifth_byte_can_be_another(bundle: bytes) -> None:
    fits = []
    seal = bundle.rindex(b'"signature":{')
    people = range(bundle.index(b"BEGIN PUBLIC"), bundle.index(b"END PUBLIC"))
    for place in (*range(0, seal, 5), *people, *range(seal, len(bundle))):
        changed = bytearray(bundle)
        changed[place] ^= 1 << (place // 5) % 8
        try:
            proving.check(bytes(changed))
            fits.append(place)
        except BadProof:
            continue
    assert fits == []


@pytest.mark.parametrize("name", CHANGES)
def test_the_answer_says_what_does_not_fit(bundle: bytes, name: str) -> None:
    change, code = CHANGES[name]
    document = json.loads(bundle)
    change(document["body"])
    with pytest.raises(BadProof) as refused:
        proving.check(bundles.encode(document))
    assert refused.value.code == f"bundle_{code}"


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"body":{},"signature":{}}', b"[" * 100_000])
def test_what_is_no_proof_is_said(content: bytes) -> None:
    with pytest.raises(BadProof, match="bundle_form"):
        proving.check(content)


ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**400,
    float("inf"),
    float("nan"),
    "",
    "x",
    "\x1f" * 20,
    [],
    [[]],
    {},
    {"a": 1},
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in a document something stands, however deep."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _places(inner, (*path, key))


def test_odd_values_anywhere_are_refused_and_never_a_bug(bundle: bytes) -> None:
    document = json.loads(bundle)
    for place in _places(document):
        for value in ODD:
            changed = json.loads(bundle)
            put(*place, value=value)(changed)
            if changed != document:
                with pytest.raises(BadProof):
                    proving.check(bundles.encode(changed))


RESEALED = sorted(name for name, (_, code) in CHANGES.items() if code != "seal")


@pytest.mark.parametrize("name", RESEALED)
def test_who_seals_a_changed_proof_anew_does_not_make_it_fit(bundle: bytes, name: str) -> None:
    body = body_of(bundle)
    CHANGES[name][0](body)
    body["sealed_by"] = payments_key().key_id
    digest = sha256(bundles.encode(body)).digest()
    signature = sign_detached(digest, bundles.name_of(body["payment"]["end_to_end_id"]), payments_key())
    forged = bundles.encode({"body": body, "signature": asdict(shown.of_document(signature))})
    with pytest.raises(BadProof) as refused:
        proving.check(forged)
    assert refused.value.code == f"bundle_{CHANGES[name][1]}"
