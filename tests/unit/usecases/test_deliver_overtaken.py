"""A sender that has lost its lock without knowing: another one has begun the same attempt meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.gateways import Gateway, copy_of

from gateway.ports import RemoteFile
from gateway.store import deliveries, files


class Overtaking:
    """At the first look of the slow sender, the quick one commits its attempt."""

    def __init__(self, inner: Any, gateway: Gateway) -> None:
        self._inner, self._gateway = inner, gateway
        self._done = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def stat(self, path: str) -> RemoteFile | None:
        if not self._done:
            self._done = True
            with self._gateway.store.begin() as tx:
                (file,) = files.in_states(tx, deliveries.UNRELEASED)
                deliveries.begin_attempt(tx, file, 1, ".other.1.part", "")
        found: RemoteFile | None = self._inner.stat(path)
        return found


@pytest.fixture
def overtaken(sealed_home: Path, tmp_path: Path) -> Iterator[Gateway]:
    gateway = copy_of(sealed_home, tmp_path)
    gateway.wrap = lambda inner: Overtaking(inner, gateway)  # type: ignore[assignment,return-value]
    yield gateway
    gateway.close()


def test_d3_an_attempt_that_another_sender_has_begun_is_left_to_it(overtaken: Gateway) -> None:
    (delivery,) = overtaken.send().deliveries
    assert delivery.error is not None
    assert delivery.error.code == "moved_by_another"
    assert overtaken.outbox() == {}
    assert overtaken.value("SELECT count(*) FROM attempt") == 1
