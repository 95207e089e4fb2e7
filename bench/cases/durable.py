"""The gateway of the tests, with the store as it is in production and a clock that stands still."""

from __future__ import annotations

import sys
from functools import cached_property
from pathlib import Path
from typing import Any

from gateway.store.store import Store

sys.path.append(str(Path(__file__).parents[2] / "tests"))
from support import gateways, stores


class Still(stores.Time):
    """Always the same moment: nothing gets late while it is measured."""

    def now(self) -> Any:
        return self.value


class Durable(gateways.Gateway):
    """Every commit waits for the disk."""

    @cached_property
    def store(self) -> Any:
        return Store(self.url, self.clock, lambda: stores.VAULT, self.folder)
