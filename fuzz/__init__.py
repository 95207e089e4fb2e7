"""Fuzzing of every reader: see ``docs/faults.md``."""
