"""The one-shot send and poll for ever: one thread a partner, so that a slow or dead one delays no other."""

from gateway.daemon.service import run

__all__ = ["run"]
