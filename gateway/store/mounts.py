"""Which file system a path lies on, as ``/proc/self/mountinfo`` says (proc_pid_mountinfo(5))."""

from __future__ import annotations

import re
from pathlib import Path

NETWORK = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "afs", "coda", "9p", "virtiofs"),
        *("ceph", "glusterfs", "lustre", "gpfs", "beegfs", "gfs2", "ocfs2", "orangefs", "pvfs2"),
        *("fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone", "fuse.davfs", "davfs"),
    }
)
"""Where locks or shared memory do not hold between machines: no place for SQLite."""

_MOUNTS = Path("/proc/self/mountinfo")
_OCTAL = re.compile(r"\\([0-7]{3})")


def filesystem(path: Path, mountinfo: str) -> str:
    """Type of the file system of an absolute, resolved path; empty when the table does not say."""
    mounts = [_mount(line) for line in mountinfo.splitlines()]
    over = [(len(point.parts), index, kind) for index, (point, kind) in enumerate(mounts) if path.is_relative_to(point)]
    return max(over)[2] if over else ""  # the deepest; of equals the last, which hides the others


def network_filesystem(path: Path) -> str | None:
    """The type when the path lies on a network file system; None also where this cannot be asked."""
    if not _MOUNTS.exists():
        return None
    found = filesystem(path.resolve(), _MOUNTS.read_text("utf-8", "surrogateescape"))
    return found if found in NETWORK else None


def _mount(line: str) -> tuple[Path, str]:
    """Mount point and type of one line; blanks in it are written in octal."""
    fields = line.split(" ")
    point = _OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[4])
    return Path(point), fields[fields.index("-") + 1]
