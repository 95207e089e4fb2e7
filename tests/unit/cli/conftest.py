"""One rehearsal month, played once and copied for every test that looks at it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.inprocess import Gateway

from gateway import rehearsal
from gateway.app import App
from gateway.demo import play_month


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The month as it ended; not to be changed."""
    home = tmp_path_factory.mktemp("month") / "home"
    play_month(home, 40, 1, lambda step: None)
    return home


@pytest.fixture
def month(played: Path, tmp_path: Path) -> Gateway:
    """A copy that the test may change; its partners are not served."""
    shutil.copytree(played, tmp_path / "home")
    return Gateway(tmp_path / "home")


@pytest.fixture
def served(month: Gateway) -> Iterator[Gateway]:
    """The same with its partners' server on a port of its own."""
    app = App(month.home, lambda key: b"")
    partners = rehearsal.partners(app)
    server = rehearsal.server(app, partners, port=0)
    month.configure(f"port = {app.config.partners['momo'].port}", f"port = {server.port}")
    server.start()
    yield month
    server.stop()
    partners.close()
