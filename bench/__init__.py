"""Figures beside those of peers: every case a process of its own, peers and we in turns within one run.

``python -m bench`` runs everything and writes ``docs/reports/bench.md``; ``python -m bench messages`` runs one suite.
"""
