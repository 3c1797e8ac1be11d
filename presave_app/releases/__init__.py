"""The release engine: what is done before, at and after the release moment."""
