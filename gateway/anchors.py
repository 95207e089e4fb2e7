"""What is remembered outside the database, so that a database that was set back is noticed (M15).

One small JSON file per place, replaced atomically and made durable: who we are, the epoch, and the last link of the
audit chain. Places on another failure domain than the database (another host's disk, a mounted object store) are
named in ``chitra.toml``; the home's own one also knows the machine, so that a copied home is noticed.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, get_type_hints

from gateway.domain.crash import crash_point
from gateway.domain.errors import NotConfigured
from gateway.ports import Anchor

_MACHINE_ID = Path("/etc/machine-id")
_KINDS = get_type_hints(Anchor)

Sign = Callable[[bytes], tuple[str, bytes]]
"""Key id and signature over bytes."""


class FileAnchors:
    """``gateway.ports.Anchors`` as files: the home's own one, and others that several machines may share."""

    def __init__(self, own: Path, others: Sequence[Path], sign: Sign | None = None) -> None:
        self._own, self._others, self._sign = own, others, sign
        self.machine = machine()

    def read(self) -> list[Anchor]:
        """Every anchor that was ever written; a place that cannot be read is an error, not an absent anchor."""
        return [found for path in (self._own, *self._others) if (found := _read(path))]

    def write(self, anchor: Anchor) -> None:
        anchor = self.signed(anchor)
        for path in (self._own, *self._others):
            shown = anchor if path == self._own else replace(anchor, machine="")
            try:
                with _alone(path):
                    if not _is_behind(shown, _read(path)):
                        _replace(path, as_text(shown))
            except OSError as error:
                raise NotConfigured("anchor_unwritable", path=str(path), reason=error.strerror or "") from None

    def signed(self, anchor: Anchor) -> Anchor:
        """With our signature, where there is a key: who can write at the place cannot make one up (A2)."""
        if self._sign is None:
            return anchor
        key_id, signature = self._sign(anchor.signed)
        return replace(anchor, key_id=key_id, signature=signature.hex())


def as_text(anchor: Anchor) -> bytes:
    """The content of an anchor's file."""
    return json.dumps(asdict(anchor), sort_keys=True).encode()


def _is_behind(anchor: Anchor, known: Anchor | None) -> bool:
    """Another worker has written a further one meanwhile; an anchor never goes back."""
    if known is None or known.instance != anchor.instance:
        return False
    return (anchor.epoch, anchor.sequence) < (known.epoch, known.sequence)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Among all threads and processes that share the place."""
    with path.with_name(f".{path.name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> Anchor | None:
    try:
        return _anchor(json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        _require_folder(path)
        return None
    except (OSError, ValueError, TypeError) as error:
        raise NotConfigured("anchor_unreadable", path=str(path), reason=type(error).__name__) from None


def kept(path: Path) -> Anchor:
    """The anchor in a file that somebody kept: one of its own, or a proof of a payment, which carries one."""
    try:
        found = json.loads(path.read_text("utf-8"))
        return _anchor(found["body"]["anchor"] if "body" in found else found)
    except (OSError, ValueError, TypeError, LookupError, RecursionError) as error:
        raise NotConfigured("anchor_unreadable", path=str(path), reason=type(error).__name__) from None


def _anchor(found: Any) -> Anchor:
    """Raises ``TypeError`` unless every value is of its kind."""
    anchor = Anchor(**found)
    if any(type(value) is not _KINDS[name] for name, value in asdict(anchor).items()):
        raise TypeError
    return anchor


def machine() -> str:
    """A digest that names this machine; empty where the system has no machine id."""
    try:
        found = _MACHINE_ID.read_bytes().strip()
    except OSError:
        return ""
    return hashlib.sha256(found).hexdigest()[:16] if found else ""


def _require_folder(path: Path) -> None:
    """A missing file in a folder that is there is a first start; without its folder the place is not mounted."""
    if not path.parent.is_dir():
        raise NotConfigured("anchor_unreadable", path=str(path), reason="FileNotFoundError")


def _replace(path: Path, text: bytes) -> None:
    """Each thread writes under a name of its own: a daemon has one for each partner."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, text)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    crash_point("anchor written")
    temporary.replace(path)
    crash_point("anchor replaced")
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
