"""The sides of the bench of matching do the same work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bench.cases import booked, files, matching

_COUNT = 100


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Payments sent, the statement about them as a file, and as rows; on the disk that the bench measures."""
    with TemporaryDirectory(prefix="chitra-bench-", dir=matching.DISK) as name:
        folder = Path(name)
        booked.sent(_COUNT, f"sqlite:///{folder / 'sent.db'}")
        booked.told(_COUNT, f"sqlite:///{folder / 'told.db'}", f"sqlite:///{folder / 'sent.db'}")
        files.statement(_COUNT, folder / "statement.xml")
        yield folder


@pytest.mark.parametrize(
    ("case", "store"), [("ours", "told"), ("objects", "told"), ("rows", "sent"), ("whole", "sent")]
)
def test_each_side_settles_and_returns_what_the_bank_says(
    case: str, store: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The case itself refuses any other end."""
    matching.main(case, _COUNT, f"sqlite:///{folder / store}.db", str(folder / "statement.xml"))
    assert '"seconds"' in capsys.readouterr().out
