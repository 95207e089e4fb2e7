"""Asking the population registry about everybody in the roster, and taking its answers."""
