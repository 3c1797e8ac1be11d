"""Preflight: what a team looks through before it promotes a release, each point with its repair one click away."""
