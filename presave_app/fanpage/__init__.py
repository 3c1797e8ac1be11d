"""The fan's pages: the one link, the sign-in round trip, and a fan's own page."""
