"""Every act that needs two people, by its verb."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.usecases.decide import Act
from gateway.usecases.exceptions import ResolveException
from gateway.usecases.resolve import MarkDelivered, Resolve
from gateway.usecases.resume import Resume
from gateway.usecases.stopping import Start

ACTS: Mapping[str, Act] = {act.verb: act for act in (Start(), Resolve(), MarkDelivered(), Resume(), ResolveException())}
