"""Measurements behind docs/performance.md: `make bench`, and `python -m bench.punctuality`."""
