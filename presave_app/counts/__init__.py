"""The count: accepted pre-saves, told the same way to fans, to the artist on stage and to the team."""
