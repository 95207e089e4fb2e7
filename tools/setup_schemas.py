"""Bring every schema of the manifest into formats/iso20022/xsd; nothing is downloaded when all are there.

Run by ``make schemas``. Needs pip and hatchling (the back end of one source archive) in the running environment.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from formats.iso20022 import schema

LOCK = Path(__file__).parents[1] / "schemas.lock"


def main() -> None:
    if schema.missing():
        with tempfile.TemporaryDirectory() as folder:
            download(Path(folder))
            for archive in sorted(Path(folder).iterdir()):
                schema.install(archive)
    if still_missing := schema.missing():
        sys.exit("schemas missing: " + " ".join(each.message for each in still_missing))
    print(f"schemas: {len(schema.installed())} installed")


def download(folder: Path) -> None:
    """Fetch the locked packages, hashes checked by pip, nothing installed and no dependency followed."""
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--no-build-isolation"]
    subprocess.run([sys.executable, "-m", "pip", "download", *options, "-d", folder, "-r", LOCK], check=True)


if __name__ == "__main__":
    main()
