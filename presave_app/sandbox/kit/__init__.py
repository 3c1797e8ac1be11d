"""What every twin needs beside its own words: state, faults, journal, consent page, control API, pages.

A service is a child of `Twin` (twin.py) with its switches, fans and fault kinds, and a `TwinService` (service.py)
of it and the blueprints of its own addresses.
"""
