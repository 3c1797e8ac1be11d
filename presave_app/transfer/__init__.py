"""Leaving and arriving: a team as files, and campaigns from the files of others."""
