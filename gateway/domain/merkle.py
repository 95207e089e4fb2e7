"""Hash trees over lines (RFC 6962): one line is shown to be in a list by a few hashes, without showing another line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

LEFT, RIGHT = "left", "right"

Path = list[tuple[str, bytes]]
"""From a leaf to the root: on which side the other hash stands, and the hash."""


def leaf(line: bytes) -> bytes:
    """The hash of one line; it is told apart from a hash of two hashes."""
    return sha256(b"\x00" + line).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """The hash over all leaves in their order; as a stream, with no more than one hash a level in memory."""
    peaks: list[tuple[int, bytes]] = []
    for found in leaves:
        size, digest = 1, found
        while peaks and peaks[-1][0] == size:
            size, digest = size * 2, _both(peaks.pop()[1], digest)
        peaks.append((size, digest))
    if not peaks:
        return sha256().digest()
    _, top = peaks.pop()
    while peaks:
        top = _both(peaks.pop()[1], top)
    return top


def path(leaves: Sequence[bytes], place: int) -> Path:
    """The hashes by which the leaf at ``place`` gives the root."""
    found: Path = []
    low, high = 0, len(leaves)
    while high - low > 1:
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        if place < middle:
            found.append((RIGHT, root(leaves[middle:high])))
            high = middle
        else:
            found.append((LEFT, root(leaves[low:middle])))
            low = middle
    return found[::-1]


def climb(start: bytes, steps: Iterable[tuple[str, bytes]]) -> bytes:
    """The root to which a leaf leads by its path."""
    for side, other in steps:
        start = _both(other, start) if side == LEFT else _both(start, other)
    return start


def _both(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
