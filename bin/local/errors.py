"""What the launcher says when it cannot go on."""


class LaunchError(Exception):
    """One clear message for the person at the terminal; the launcher prints it and exits with 1."""
