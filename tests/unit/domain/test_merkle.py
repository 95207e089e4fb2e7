"""Hash trees: every line leads to the root, no other line does, and order and number count."""

from __future__ import annotations

from hashlib import sha256

import pytest

from gateway.domain import merkle

SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 31, 100)


def _leaves(size: int) -> list[bytes]:
    return [merkle.leaf(f"line {number}".encode()) for number in range(size)]


@pytest.mark.parametrize("size", SIZES)
def test_every_line_of_a_list_leads_to_its_root_by_its_own_path(size: int) -> None:
    leaves = _leaves(size)
    for place, leaf in enumerate(leaves):
        steps = merkle.path(leaves, place)
        assert merkle.climb(leaf, steps) == merkle.root(leaves)
        assert len(steps) <= (size - 1).bit_length()


@pytest.mark.parametrize("size", SIZES)
def test_a_line_of_another_list_leads_elsewhere(size: int) -> None:
    leaves = _leaves(size)
    assert merkle.climb(merkle.leaf(b"other"), merkle.path(leaves, size - 1)) != merkle.root(leaves)


def test_the_root_tells_lists_apart_by_order_and_number() -> None:
    leaves = _leaves(6)
    lists = [leaves, leaves[::-1], leaves[:5], [*leaves, leaves[0]], []]
    assert len({merkle.root(each) for each in lists}) == len(lists)


def test_the_root_is_that_of_rfc_6962() -> None:
    assert merkle.root([]) == sha256().digest()
    one, two, three = _leaves(3)
    both = sha256(b"\x01" + one + two).digest()
    assert merkle.root([one, two, three]) == sha256(b"\x01" + both + three).digest()
