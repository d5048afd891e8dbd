"""Benchmarks as ratios against a named alternative in the same run; `make bench` runs them and prints tables."""
