"""The program of docs/proof.md checks a proof without anything of ours, and finds what was changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.proofs import CHANGES, recipe

from gateway.domain import bundles


def test_the_recipe_of_the_page_checks_a_proof_without_anything_of_ours(bundle: bytes, tmp_path: Path) -> None:
    done = recipe(tmp_path, bundle)
    assert (done.returncode, done.stderr) == (0, "")
    assert "DOES NOT FIT" not in done.stdout


@pytest.mark.parametrize("name", sorted(set(CHANGES) - {"an approval twice", "another status", "no return"}))
def test_the_recipe_finds_what_was_changed(bundle: bytes, tmp_path: Path, name: str) -> None:
    document = json.loads(bundle)
    CHANGES[name][0](document["body"])
    done = recipe(tmp_path, bundles.encode(document))
    assert done.returncode == 1
    assert "DOES NOT FIT" in done.stdout


def test_the_recipe_finds_changed_bits_anywhere(bundle: bytes, tmp_path: Path) -> None:
    for place in range(7, len(bundle), len(bundle) // 40):
        changed = bytearray(bundle)
        changed[place] ^= 1 << place % 8
        assert recipe(tmp_path, bytes(changed)).returncode == 1, place
