"""One run of sending: what goes wrong with one file, batch or partner stays there."""

from __future__ import annotations

from typing import Any

import pytest
from support.gateways import Gateway, row

from gateway.usecases import gravity, seal
from gateway.usecases.poll import poll


def test_t7_a_bug_at_one_partners_file_stops_no_other_and_is_raised_at_the_end(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.approved(row(1), row(2, bank="momo", account="0912345678"))
    sound = seal._write_signed

    def broken(context: Any, tx: Any, file: Any, *rest: Any) -> Any:
        if file.partner == "momo":
            raise ZeroDivisionError
        return sound(context, tx, file, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(seal, "_write_signed", broken)
        with pytest.raises(ZeroDivisionError):
            gateway.send()
    assert gateway.states() == {"TC-0001": "sent", "TC-0002": "allocated"}
    gateway.send()
    assert set(gateway.states().values()) == {"sent"}


@pytest.mark.parametrize("missing", ["payers", "partners"])
def test_a_payer_or_partner_taken_out_of_the_configuration_is_said_in_one_line(gateway: Gateway, missing: str) -> None:
    gateway.approved(row(1))
    object.__setattr__(gateway.context, missing, {})
    assert gravity.of_sent(gateway.send()) == 1
    assert gateway.states() == {"TC-0001": "approved"}


def test_m2_files_of_a_partner_taken_out_of_the_configuration_are_said_at_every_round(sent: Gateway) -> None:
    object.__setattr__(sent.context, "partners", {"momo": sent.context.partners["momo"]})
    for _ in range(2):
        assert [(partner, error.code) for partner, error in poll(sent.context).errors] == [
            ("vietinbank", "partner_unknown")
        ]
