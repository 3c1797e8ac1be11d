"""The picture program: `campaigns.picture_process` starts it alone, so it imports nothing of the app."""
