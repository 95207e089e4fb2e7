"""Which key is used now, in which state each is, and when somebody is told of an end."""

from __future__ import annotations

import pytest

from gateway.domain.key_life import KeyState, Step, alarm, in_use, is_retired, line_of, state_of

_PRE, _ACTIVE, _VERIFY, _DESTROYED = KeyState


def step(name: str, state: KeyState, partner: str = "") -> Step:
    return Step(name, f"id of {name}", "payments", "signing", partner, state, "2026-11-30T08:00:00+00:00")


MADE = step("payments-2", _PRE)
TAKEN_OVER = [MADE, step("payments-2", _ACTIVE)]
AT_ONE = [MADE, step("payments-2", _ACTIVE, "vietinbank")]


@pytest.mark.parametrize("configured", ["payments", "payments-2"])
@pytest.mark.parametrize(
    ("steps", "used"),
    [
        ([], None),
        ([MADE], "payments"),
        (TAKEN_OVER, "payments-2"),
        (AT_ONE, "payments-2"),
        ([*TAKEN_OVER, step("payments", _ACTIVE)], "payments"),
        ([*TAKEN_OVER, step("payments", _ACTIVE, "momo")], "payments-2"),
        ([*TAKEN_OVER, step("payments", _ACTIVE, "vietinbank")], "payments"),
    ],
)
def test_of_a_line_the_key_activated_last_for_a_partner_is_used(
    configured: str, steps: list[Step], used: str | None
) -> None:
    assert in_use(configured, "vietinbank", steps) == (used or configured)


def test_another_partner_goes_on_with_the_first_key() -> None:
    assert in_use("payments", "momo", AT_ONE) == "payments"


def test_a_key_without_steps_is_a_line_of_its_own() -> None:
    assert line_of("payments-2028", TAKEN_OVER) == in_use("payments-2028", "momo", TAKEN_OVER) == "payments-2028"


@pytest.mark.parametrize(
    ("name", "steps", "used", "state"),
    [
        ("payments", [], ["payments"], _ACTIVE),
        ("spare", [], ["payments"], _PRE),
        ("payments-2", [MADE], ["payments"], _PRE),
        ("payments-2", AT_ONE, ["payments", "payments-2"], _ACTIVE),
        ("payments", AT_ONE, ["payments", "payments-2"], _ACTIVE),
        ("payments", TAKEN_OVER, ["payments-2"], _VERIFY),
        ("payments-2", [*TAKEN_OVER, step("payments", _ACTIVE)], ["payments"], _VERIFY),
        ("payments", [*TAKEN_OVER, step("payments", _DESTROYED)], ["payments-2"], _DESTROYED),
        ("payments", [step("payments", _VERIFY)], ["payments"], _VERIFY),
        ("payments", [step("payments", _DESTROYED), step("payments", _ACTIVE)], ["payments"], _DESTROYED),
    ],
)
def test_the_state_of_a_key(name: str, steps: list[Step], used: list[str], state: KeyState) -> None:
    assert state_of(name, steps, used) == state


def test_a_key_that_was_superseded_is_not_retired() -> None:
    assert not is_retired("payments", TAKEN_OVER)
    assert is_retired("payments", [*TAKEN_OVER, step("payments", _VERIFY)])


@pytest.mark.parametrize(
    ("days", "limit"), [(730, None), (60, None), (59, 60), (30, 60), (29, 30), (7, 30), (6, 7), (0, 7), (-3, 7)]
)
def test_somebody_is_told_60_30_and_7_days_before_the_end(days: int, limit: int | None) -> None:
    assert alarm(days) == limit
