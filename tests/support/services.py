"""Services and tools a test needs from the machine: absent means skipped, or failed where they are required."""

from __future__ import annotations

import os

import pytest


def require_service(name: str, found: bool) -> None:
    """Skip the test with a reason; fail it when ``CHITRA_TEST_SERVICES=required``."""
    if found:
        return
    reason = f"{name} is not available on this machine"
    if os.environ.get("CHITRA_TEST_SERVICES") == "required":
        pytest.fail(reason)
    pytest.skip(reason)
