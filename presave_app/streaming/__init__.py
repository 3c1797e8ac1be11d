"""Streaming services: one contract, one file for each service."""
