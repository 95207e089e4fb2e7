"""What is in memory after ``chitra --help``."""

from __future__ import annotations

import contextlib
import io
import json
import sys

HEAVY = ("alembic", "cryptography", "lxml", "paramiko", "pydantic", "rich", "signxml", "sqlalchemy", "sqlmodel")


def heavy_modules() -> list[str]:
    from gateway.cli.main import main

    sys.argv = ["chitra", "--help"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        main()
    return [name for name in HEAVY if name in sys.modules]


if __name__ == "__main__":
    print(json.dumps(heavy_modules()))
