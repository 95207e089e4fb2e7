"""Fault 110: where a database file lies, by the table of mounts."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.stores import open_store, sqlite_url

from gateway.domain.errors import NotConfigured
from gateway.store import mounts

TABLE = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:40 / /srv rw,relatime shared:1 master:2 - nfs4 server:/export rw,vers=4.2
41 40 254:1 / /srv/local rw,relatime - xfs /dev/vdb rw
42 27 0:41 / /mnt/with\\040blank rw - cifs //server/share rw
43 27 0:42 / /over rw - nfs server:/a rw
44 27 254:2 / /over rw - ext4 /dev/vdc rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/chitra.db", "ext4"),
        ("/srv/chitra/chitra.db", "nfs4"),
        ("/srv/local/chitra.db", "xfs"),
        ("/srvother/chitra.db", "ext4"),
        ("/mnt/with blank/chitra.db", "cifs"),
        ("/over/chitra.db", "ext4"),
    ],
)
def test_the_deepest_and_then_the_last_mount_over_a_path_is_its_file_system(path: str, kind: str) -> None:
    assert mounts.filesystem(Path(path), TABLE) == kind


def test_a_table_without_the_path_says_nothing() -> None:
    assert mounts.filesystem(Path("/x"), "") == ""


def test_fault_110_a_daemon_on_a_network_file_system_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "mountinfo"
    monkeypatch.setattr(mounts, "_MOUNTS", table)
    store = open_store(sqlite_url(tmp_path), folder=tmp_path)
    table.write_text(TABLE)
    store.require_direct()
    table.write_text(f"{TABLE}50 27 0:50 / {tmp_path} rw - nfs4 server:/home rw\n")
    with pytest.raises(NotConfigured, match="database_on_network"):
        store.require_direct()
    store.close()
