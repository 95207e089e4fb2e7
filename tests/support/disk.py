"""A disk that loses its power within a commit of SQLite (fault 31)."""

from __future__ import annotations

from pathlib import Path
from random import Random

SECTOR_BYTES = 512


class Disk:
    """What a disk holds of a database when the power fails within a commit: of the log's new sectors any, torn."""

    def __init__(self, database: Path) -> None:
        self._database, self._log = database, Path(f"{database}-wal")
        self._main, self._earlier = b"", b""
        self._left: tuple[bytes, bytes] | None = None

    def remember(self) -> None:
        """Everything committed until now was made durable."""
        self._main, self._earlier = self._database.read_bytes(), self._bytes()

    def cut(self, chance: Random) -> None:
        """Within the commit that has just been made: it was acknowledged to nobody."""
        log = self._bytes()
        if log[:32] != self._earlier[:32] and self._earlier:
            self._left = (self._database.read_bytes(), log)  # a checkpoint was made durable before the log began anew
            return
        sectors = []
        for start in range(0, len(log), SECTOR_BYTES):
            old = self._earlier[start : start + SECTOR_BYTES]
            new = log[start : start + SECTOR_BYTES]
            sectors.append(chance.choice((new, old.ljust(len(new), b"\0"))))  # one sector is written whole, or not
        self._left = (self._main, b"".join(sectors)[: chance.randint(len(self._earlier), len(log))])

    def come_back(self) -> None:
        if self._left is None:
            return
        for path in self._database.parent.glob("chitra.db*"):
            path.unlink()
        self._database.write_bytes(self._left[0])
        self._log.write_bytes(self._left[1])

    def _bytes(self) -> bytes:
        return self._log.read_bytes() if self._log.exists() else b""
