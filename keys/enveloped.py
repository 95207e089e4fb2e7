"""Reading a partner's enveloped signature: every freedom of the standard that we do not need is refused first.

The order: size; XML without DOCTYPE; exactly one signature, at a place of the table, of the one accepted form; its
certificate pinned and valid now; then value and digest, and only the bytes that were signed are served. Up to 16 MiB
signxml checks value and digest on a tree; what is larger never becomes one (``keys.streamed``).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

from cryptography import x509
from lxml import etree

from keys import signature, streamed
from keys.errors import BadSignature, Hostile
from keys.forms import DSIG, WHOLE_DOCUMENT
from keys.signature import Pins
from keys.verified import Spool, Verified, _vouch

TREE_BYTES_MAX = 16 * 1024 * 1024
"""A tree takes about 35 times the file in memory while it is checked."""

_SMALL_BYTES_MAX = 1024 * 1024
_one_large_tree = threading.Lock()
"""Held while a larger file is a tree: many partners' files at once do not fill the memory."""

_PART_BYTES = 64 * 1024


def verify_enveloped(
    source: BinaryIO,
    trusted: Sequence[bytes],
    spool: Spool,
    now: datetime,
    size_bytes_max: int = TREE_BYTES_MAX,
    own: Sequence[bytes] = (),
) -> Verified:
    """The signed content, proven by one of the ``trusted`` certificates (PEM); raises ``BadProof``.

    ``own`` are certificates of ours: a message of ours that comes back is named as such (T5).
    """
    head = source.read(min(size_bytes_max, TREE_BYTES_MAX) + 1)
    if len(head) > size_bytes_max:
        raise Hostile("too_large", size_bytes_max=size_bytes_max)
    pins = signature.pins(trusted, own, now)
    if len(head) > TREE_BYTES_MAX:
        return streamed.verify(_parts(head, source, size_bytes_max), pins, spool, size_bytes_max)
    with _one_large_tree if len(head) > _SMALL_BYTES_MAX else nullcontext():
        return verify_tree(head, pins, spool)


def verify_tree(data: bytes, pins: Pins, spool: Spool) -> Verified:
    """The signed content of a whole document in memory."""
    location, certificate = _examine(data, pins)
    from keys import by_signxml  # the library takes longer to load than most commands need for everything else

    signed = by_signxml.signed_bytes(data, location, certificate, pins.now)
    return _vouch("enveloped", BytesIO(signed), spool, certificate)


def _parts(head: bytes, source: BinaryIO, size_bytes_max: int) -> Iterator[bytes]:
    """What was read already, and the rest, within the size that is allowed."""
    size_bytes = len(head)
    yield from (head[start : start + _PART_BYTES] for start in range(0, size_bytes, _PART_BYTES))
    del head
    while part := source.read(min(_PART_BYTES, size_bytes_max + 1 - size_bytes)):
        size_bytes += len(part)
        if size_bytes > size_bytes_max:
            raise Hostile("too_large", size_bytes_max=size_bytes_max)
        yield part


# -- on a tree


def _examine(data: bytes, pins: Pins) -> tuple[str, x509.Certificate]:
    """Where the signature stands and which pinned certificate it names, once its form is the accepted one."""
    root = signature.parse(data)
    _refuse_instructions_outside(root)
    _refuse_split_text(root)
    element = _only_signature(root)
    location = _location(element)
    signature.check_form(element, WHOLE_DOCUMENT)
    return location, signature.believed_certificate(element, pins)


def _refuse_instructions_outside(root: etree._Element) -> None:
    """The standard signs them and signxml does not: nobody knows whether they are meant."""
    for preceding in (True, False):
        if next(root.itersiblings(etree.ProcessingInstruction, preceding=preceding), None) is not None:
            raise Hostile("instruction_outside")


def _refuse_split_text(root: etree._Element) -> None:
    """A comment inside a value is not signed and makes readers see half of it: no honest message has one."""
    parents = {node.getparent() for node in root.iter(etree.Comment, etree.ProcessingInstruction)}
    if any("".join(_own_text(parent)).strip() for parent in parents if parent is not None):
        raise Hostile("text_split")


def _own_text(element: etree._Element) -> list[str]:
    return [element.text or "", *(child.tail or "" for child in element)]


def _only_signature(root: etree._Element) -> etree._Element:
    found = list(root.iter(f"{{{DSIG}}}Signature"))
    if not found:
        raise BadSignature("signature_missing")
    if len(found) > 1:
        raise BadSignature("signature_not_unique", found=len(found))
    return found[0]


def _location(element: etree._Element) -> str:
    """The path to the signature's parent, as signxml wants it."""
    names = [etree.QName(ancestor) for ancestor in reversed(list(element.iterancestors()))]
    ancestors = [(name.namespace or "", name.localname) for name in names]
    signature.check_place(ancestors, is_last=element.getnext() is None)
    return "./" + "".join(f"{{*}}{local_name}/" for _, local_name in ancestors[1:])
