"""The storm: a whole installation is broken in every way that can be thought of, healed, and then counted."""
