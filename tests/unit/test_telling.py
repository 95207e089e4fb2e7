"""What the daemon's log shows of an error: codes, counts and ids of ours."""

from __future__ import annotations

import pytest

from gateway.daemon.telling import described
from gateway.domain.errors import Alarm, ChitraError, NotConfigured, RemoteRefused, RemoteUnknown, SafeMode

ACCOUNT = "1020304050"


@pytest.mark.parametrize(
    "error",
    [
        RemoteRefused("no_such_file", operation="rename", path=f"/out/STM_{ACCOUNT}.xml", target=f"/a/{ACCOUNT}.xml"),
        RemoteRefused("auth_refused", host="h", user=ACCOUNT),
        SafeMode("safe_mode", why="unknown_file_of_ours", partner="momo", name=f"{ACCOUNT}.xml", count=1),
        Alarm("foreign_account", file=f"STM_{ACCOUNT}.xml"),
        Alarm("unexpected_message", expected="camt.053", got=ACCOUNT),
    ],
)
def test_a3_names_that_a_partner_gave_are_logged_as_hashes(error: ChitraError) -> None:
    shown = described(error)
    assert shown["code"] == error.code
    assert shown["params"].keys() == error.params.keys()
    assert ACCOUNT not in str(shown)
    assert "sha256:" in str(shown)


@pytest.mark.parametrize(
    "error",
    [
        RemoteUnknown("file_unknown_outcome", file="M0AB1CD0100000001"),
        RemoteRefused("permission_denied", operation="listing", path="/out/ack"),
        RemoteRefused("status_not_known", status=17),
        NotConfigured("config_wrong", path="/etc/chitra.toml", key="nonsense"),
        Alarm("approval_void", batch="0AB1CD0100001", reason="content_changed"),
    ],
)
def test_what_is_ours_is_logged_as_it_is(error: ChitraError) -> None:
    assert described(error) == {"code": error.code, "params": error.params}
