"""The judge judged: a sender that repeats what it cannot know is caught by the same kills that the gateway survives."""

from __future__ import annotations

import pytest
from support import workers
from support.exchanges import SMALL, Exchange
from support.workers import Point

from gateway.store import deliveries
from gateway.usecases import deliver


def _sends_again(sender: deliver._Sender) -> None:
    """What a naive sender does with a release that it has no answer to."""
    if sender._file.state in deliveries.RELEASED_OPEN:
        again = sender._place.temporary(2)
        sender._place.upload(again, workers.nothing, workers.nothing)
        sender._place.release(again)
    else:
        _AS_IT_IS(sender)


_AS_IT_IS = deliver._Sender._advance


def test_a_sender_that_repeats_an_unanswered_release_is_seen_to_pay_twice(
    on_sqlite: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_sqlite.lived(lambda worker: worker.prepare(1, SMALL))
    workers.run(lambda: on_sqlite.worker().release(), Point("rename sent", 1, workers.die))
    on_sqlite.until_orders_are_taken()
    monkeypatch.setattr(deliver._Sender, "_advance", _sends_again)
    on_sqlite.lived(lambda worker: worker.release())
    on_sqlite.until_orders_are_taken()

    assert len(on_sqlite.verdict().doubled) == 1
