"""Running an installation: command line, health, logs, clocks."""
