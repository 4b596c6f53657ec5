"""Benchmarks: what Askwell takes, as a ratio to a named baseline in the same run. `python -m benchmarks` prints them."""
