"""Sending over OpenSSH on this machine: the whole protocol of ours, and the OpenSSH client on the same bytes.

``prepare FOLDER FILES PAYMENTS`` and ``prepare-large FOLDER BYTES`` make a gateway with sealed files, and the files
themselves under ``FOLDER/orders``. ``deliver FOLDER PLACE`` and ``client FOLDER PLACE [FLAGS]`` send them; ``PLACE``
is the JSON of a ``Place``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory, TemporaryFile
from typing import TYPE_CHECKING, BinaryIO

from bench.cases.durable import Durable, Still
from bench.harness import measured
from gateway.domain.states import FileState
from gateway.store import blobs, files, moves
from gateway.store.tables import WireObject
from gateway.transport.sftp import Endpoint, connect
from gateway.usecases.allocate import allocate, waiting
from gateway.usecases.deliver import deliver
from gateway.usecases.seal import seal

sys.path.append(str(Path(__file__).parents[2] / "tests"))
from support import gateways

if TYPE_CHECKING:
    from gateway.usecases.context import Context

_PARTNER = "vietinbank"
_COPY_BYTES = 1 << 20


@dataclass(frozen=True)
class Place:
    """A server, as both senders reach it, and its folder on this machine."""

    root: str
    port: int
    host_key: str
    user: str
    identity: str

    @property
    def inbox(self) -> Path:
        return Path(self.root) / "in"

    def empty(self) -> None:
        for path in self.inbox.iterdir():
            path.unlink()


# --- before ----------------------------------------------------------------------------------------------------------


def prepare(folder: Path, count: int, payments: int) -> None:
    """So many sealed files of so many payments each."""
    gateway = _new(folder, payments)
    gateway.approved(*(gateways.row(number) for number in range(1, count * payments + 1)))
    (batch,) = waiting(gateway.context)
    for message_id in allocate(gateway.context, batch):
        seal(gateway.context, message_id)
    _export(gateway)
    gateway.snapshot()


def prepare_large(folder: Path, size_bytes: int) -> None:
    """One file of this size: a sealed message, over and over. No partner takes that much; it shows what memory does."""
    gateway = _new(folder, 100)
    gateway.approved(*(gateways.row(number) for number in range(1, 101)))
    (batch,) = waiting(gateway.context)
    (message_id,) = allocate(gateway.context, batch)
    with TemporaryFile() as large:
        _fill(large, size_bytes)
        _seal_as_it_is(gateway.context, message_id, large)
    _export(gateway)
    gateway.snapshot()


def _new(folder: Path, payments_per_file: int) -> gateways.Gateway:
    folder.mkdir()
    gateway = gateways.new_gateway(folder, clock=Still())
    profile = gateway.profiles[_PARTNER]
    limits = replace(profile.limits, payments_per_file_max=payments_per_file)
    gateway.profiles[_PARTNER] = replace(profile, limits=limits)
    return gateway


def _fill(large: BinaryIO, size_bytes: int) -> None:
    block = "".join(f"<EndToEndId>E{number:034d}</EndToEndId>\n" for number in range(20_000)).encode()
    while (left := size_bytes - large.tell()) > 0:
        large.write(block[:left])


def _seal_as_it_is(context: Context, message_id: str, content: BinaryIO) -> None:
    """What ``seal`` stores, without rendering."""
    with context.store.begin() as tx:
        file = files.claim(tx, files.find(tx, message_id).id)
        file.sha256, file.key_id = blobs.put(tx, content), "bench"
        sha256, size_bytes = blobs.digest(content)
        tx.session.add(WireObject(file_id=file.id, ordinal=0, name=file.name, sha256=sha256, size_bytes=size_bytes))
        moves.move(tx, "file_out", file.id, FileState.SEALED, "bench")


def _export(gateway: gateways.Gateway) -> None:
    orders = gateway.folder / "orders"
    orders.mkdir()
    with gateway.store.read() as tx:
        for file in files.in_states(tx, (FileState.SEALED,)):
            with (orders / file.name).open("wb") as copy:
                copy.writelines(blobs.parts(tx, str(file.sha256)))


# --- measured --------------------------------------------------------------------------------------------------------


def ours(folder: Path, place: Place) -> None:
    """Connect, and for each file: intents committed, exclusive create, fsync, read-back, rename, outcome committed."""
    place.empty()
    with TemporaryDirectory(dir=folder.parent) as scratch:
        copy = Path(scratch) / "chitra.db"
        copy.write_bytes(b"")
        _copy(folder / "chitra.db", copy)
        gateway = Durable(Path(scratch), f"sqlite:///{copy}", clock=Still())
        endpoint = Endpoint("127.0.0.1", place.port, place.user, Path(place.identity), (place.host_key,))
        gateway.wrap = lambda _: connect(endpoint)
        with closing(gateway):
            context = gateway.context
            with measured():
                deliveries = deliver(context, context.partners[_PARTNER])
    assert {each.state for each in deliveries} == {FileState.SENT}
    _require_arrived(folder, place)


def client(folder: Path, place: Place, *flags: str) -> None:
    """``sftp -b``: put under a temporary name, rename; ``-f`` asks for an fsync after each file, as we do."""
    place.empty()
    options = "".join(f" {flag}" for flag in flags)
    with NamedTemporaryFile("w", suffix=".batch") as batch:
        for order in sorted((folder / "orders").iterdir()):
            print(f"put{options} {order} /in/.{order.name}.part", file=batch)
            print(f"rename /in/.{order.name}.part /in/{order.name}", file=batch)
        batch.flush()
        with measured():
            subprocess.run(_sftp(place, batch.name), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _require_arrived(folder, place)


def _sftp(place: Place, batch: str) -> list[str]:
    settings = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "Ciphers=aes256-gcm@openssh.com")
    options = [word for setting in settings for word in ("-o", setting)]
    where = ["-i", place.identity, "-P", str(place.port), f"{place.user}@127.0.0.1"]
    return ["sftp", "-F", "none", *options, "-b", batch, *where]


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as there, target.open("wb") as here:
        while part := there.read(_COPY_BYTES):
            here.write(part)


def _require_arrived(folder: Path, place: Place) -> None:
    sizes = {path.name: path.stat().st_size for path in place.inbox.iterdir()}
    assert sizes == {path.name: path.stat().st_size for path in (folder / "orders").iterdir()}


CASES: dict[str, Callable[..., None]] = {"deliver": ours, "client": client}

if __name__ == "__main__":
    command, where, *rest = sys.argv[1:]
    if command == "prepare":
        prepare(Path(where), *map(int, rest))
    elif command == "prepare-large":
        prepare_large(Path(where), int(rest[0]))
    else:
        CASES[command](Path(where), Place(**json.loads(rest[0])), *rest[1:])
