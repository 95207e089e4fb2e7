"""Services and tools a test needs from the machine: absent means skipped, or failed where they are required."""

from __future__ import annotations

import os
import shutil


def require_service(name: str, found: bool) -> None:
    """Skip the test with a reason; fail it when ``CHITRA_TEST_SERVICES=required``."""
    if found:
        return
    import pytest  # here, since the bench borrows these services in an environment without it

    reason = f"{name} is not available on this machine"
    if os.environ.get("CHITRA_TEST_SERVICES") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


def require_tool(name: str) -> str:
    """Path of a command line program, such as ``xmlsec1``."""
    path = shutil.which(name)
    require_service(name, path is not None)
    return str(path)
