"""A program here (screens.py) needs Django, so it is set up before anything is imported."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
