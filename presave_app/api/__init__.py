"""The API: tokens of a team, and what a program may do with them. docs/api.md describes it."""
