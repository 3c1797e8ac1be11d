"""Dress rehearsals that are played: the real engine works through a copy of the real list, against the twins."""
