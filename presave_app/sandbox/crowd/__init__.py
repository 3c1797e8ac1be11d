"""A crowd of sandbox fans: each opens a fan page, pre-saves, and allows or refuses at the service.

They are clients like any browser and know the app and the service twins only by their pages.
"""
