"""Names a partner shows us: a basename of printable characters, or it is withheld."""

from __future__ import annotations

import hashlib
import unicodedata

from gateway.ports import RemoteFile

_FORBIDDEN = frozenset("/\\")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_SIZE_BYTES_MAX = 255


def is_safe(name: str) -> bool:
    """True for a basename without separators, control, direction or undecodable characters."""
    if name in {"", ".", ".."} or _FORBIDDEN.intersection(name):
        return False
    if any(unicodedata.category(character) in _INVISIBLE for character in name):
        return False
    return len(name.encode()) <= _SIZE_BYTES_MAX


def withheld(name: str) -> RemoteFile:
    """What is told of a name that is not safe: that it is there."""
    digest = hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()
    return RemoteFile(digest, 0, 0, is_regular=False, withheld=True)


def decoded(name: bytes) -> str:
    """UTF-8; foreign bytes become surrogates, which ``is_safe`` refuses."""
    return name.decode(errors="surrogateescape")


def basename(path: str) -> str:
    return path.rpartition("/")[2]
