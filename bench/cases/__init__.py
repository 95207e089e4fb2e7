"""The work itself: each module is run as ``python -m bench.cases.MODULE CASE ...`` and times itself."""
