"""Every act that needs two people, by its verb."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.usecases.accounts.cooling import Release as ReleaseAccount
from gateway.usecases.amend import Amend
from gateway.usecases.decide import Act
from gateway.usecases.enrol import STATED
from gateway.usecases.exceptions import ResolveException
from gateway.usecases.funding import Confirm
from gateway.usecases.pins import ImportKey
from gateway.usecases.population.settle import SettlePopulation
from gateway.usecases.rate_import import Import as ImportRates
from gateway.usecases.recall import Recall
from gateway.usecases.reissue import Reissue, Repay
from gateway.usecases.resolve import MarkDelivered, Resolve
from gateway.usecases.resume import Resume
from gateway.usecases.stopping import Start
from gateway.usecases.withdrawal import Cancel

ACTS: Mapping[str, Act] = dict(STATED) | {
    act.verb: act
    for act in (
        Start(),
        Resolve(),
        MarkDelivered(),
        Resume(),
        Reissue(),
        Repay(),
        Confirm(),
        Recall(),
        Cancel(),
        Amend(),
        SettlePopulation(),
        ResolveException(),
        ImportKey(),
        ImportRates(),
        ReleaseAccount(),
    )
}
