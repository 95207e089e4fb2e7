"""A small, strict reader and writer of DER (X.690): what could be written in a second way is refused.

One byte of tag, definite and shortest lengths, nothing behind the value, the members of a SET in their order. What a
value means is the matter of ``keys.cms``, which compares whole encodings wherever it can.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from keys.errors import BadSignature

INTEGER, OCTETS, NULL, OID, UTC_TIME, TIME, SEQUENCE, SET = 0x02, 0x04, 0x05, 0x06, 0x17, 0x18, 0x30, 0x31

_LONG_TAG = 0x1F
_LONG = 0x80
"""From here on the first byte of a length counts the bytes of the length; by itself it says "until the end comes"."""
_LENGTH_BYTES_MAX = 3


@dataclass(frozen=True, slots=True)
class Value:
    """One value; ``encoded`` is all of it, tag and length included."""

    tag: int
    content: bytes
    encoded: bytes

    def parts(self, tag: int = SEQUENCE) -> tuple[Value, ...]:
        """What stands in it, which must be of this ``tag``."""
        if self.tag != tag:
            raise BadSignature("not_der")
        return tuple(_split(self.content))

    def members(self, tag: int = SET) -> tuple[Value, ...]:
        """The members of a SET OF, each at its place and only once."""
        found = self.parts(tag)
        encodings = [each.encoded for each in found]
        if encodings != sorted(set(encodings)):
            raise BadSignature("not_der")
        return found


def read(data: bytes) -> Value:
    """The one value that these bytes are."""
    found = tuple(_split(data))
    if len(found) != 1:
        raise BadSignature("not_der")
    return found[0]


def encode(tag: int, *parts: bytes) -> bytes:
    """The value with these parts as its content."""
    content = b"".join(parts)
    return bytes((tag,)) + _length(len(content)) + content


def _split(data: bytes) -> Iterator[Value]:
    start = 0
    while start < len(data):
        begin, size = _head(data, start)
        end = begin + size
        if end > len(data):
            raise BadSignature("not_der")
        yield Value(data[start], data[begin:end], data[start:end])
        start = end


def _head(data: bytes, start: int) -> tuple[int, int]:
    """Where the content begins, and how long it is."""
    head = data[start : start + 2]
    if len(head) < 2 or head[0] & _LONG_TAG == _LONG_TAG:
        raise BadSignature("not_der")
    if head[1] < _LONG:
        return start + 2, head[1]
    length = data[start + 2 : start + 2 + (head[1] & ~_LONG)]
    size = int.from_bytes(length, "big")
    if len(length) > _LENGTH_BYTES_MAX or _length(size) != bytes((head[1],)) + length:
        raise BadSignature("not_der")
    return start + 2 + len(length), size


def _length(size: int) -> bytes:
    """As short as it can be written."""
    if size < _LONG:
        return bytes((size,))
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((_LONG | len(length),)) + length
