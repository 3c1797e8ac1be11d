"""Campaigns: what a team edits, publishes and shows."""
