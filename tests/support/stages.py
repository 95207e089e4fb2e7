"""Homes prepared up to some step, once per database, to be copied by every test."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from threading import RLock

from support.homes import MONTHS, Home, build, copied
from support.postgres import Cluster


class Stages:
    """Homes on one database as they are after some steps; a test gets a copy of its own."""

    def __init__(self, folder: Path, cluster: Cluster | None, stack: ExitStack) -> None:
        self._folder, self._cluster, self._stack = folder, cluster, stack
        self._built: dict[str, Home] = {}
        self._building = RLock()

    def copy(self, stage: str, folder: Path) -> AbstractContextManager[Home]:
        """``stage``: ``new`` (after init), then the small month ``submitted`` and ``approved``."""
        with self._building:
            if stage not in self._built:
                self._built[stage] = self._build(stage)
        return copied(self._built[stage], folder / "home", self._cluster)

    def _build(self, stage: str) -> Home:
        if stage == "new":
            url = self._stack.enter_context(self._cluster.database()) if self._cluster else None
            return build(self._folder / stage, url)
        before = "new" if stage == "submitted" else "submitted"
        home = self._stack.enter_context(self.copy(before, self._folder / stage))
        if stage == "submitted":
            home.batch = home.submitted(MONTHS / "month.2026-11.small.csv")
        else:
            home.approve(home.batch)
        return home
