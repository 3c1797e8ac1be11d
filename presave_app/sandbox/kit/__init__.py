"""What every twin needs beside its own words: state, faults, journal, consent page, control API, pages.

A twin is a `Twin` (twin.py) with its switches, its fault kinds and the blueprints of its own addresses.
"""
