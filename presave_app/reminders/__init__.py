"""Reminders: the honest form where no add is possible. A calendar file, one mail or one push message on the day."""
