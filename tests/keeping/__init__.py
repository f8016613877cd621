"""Keeping data: archives, erasing, retention, keys, backups."""
