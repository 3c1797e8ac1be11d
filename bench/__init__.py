"""Benchmarks: real processes of this app against a fast twin of a service (bin/bench, bench/README.md)."""
