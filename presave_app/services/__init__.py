"""The streaming services of an installation, as its teams see them."""
