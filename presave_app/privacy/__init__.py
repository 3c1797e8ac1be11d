"""Privacy: what a fan agrees to, and taking it back."""
