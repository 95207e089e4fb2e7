"""A line with a round trip: ``python -m bench.cases.delay PORT MILLISECONDS`` forwards to PORT and prints its own port.

Half of the time is spent on each way; bytes keep their order and their rate. Plain TCP, so that both senders meet it.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable

_PART_BYTES = 1 << 16
_PARTS_MAX = 1024


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter, delay_seconds: float) -> None:
    """Every part leaves so much later than it came."""
    clock = asyncio.get_running_loop().time
    parts: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_PARTS_MAX)

    async def receive() -> None:
        part = b"."
        while part:
            part = await source.read(_PART_BYTES)
            await parts.put((clock() + delay_seconds, part))

    receiving = asyncio.create_task(receive())
    with contextlib.suppress(ConnectionError):
        while True:
            due, part = await parts.get()
            await asyncio.sleep(due - clock())
            if not part:
                break
            sink.write(part)
            await sink.drain()
    receiving.cancel()
    sink.close()


def _accepting(port: int, delay_seconds: float) -> Callable[..., Awaitable[None]]:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_carry(reader, onward_writer, delay_seconds), _carry(onward_reader, writer, delay_seconds))

    return accept


async def _serve(port: int, round_trip_seconds: float) -> None:
    server = await asyncio.start_server(_accepting(port, round_trip_seconds / 2), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
