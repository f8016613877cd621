"""Benchmarks: programs that need Django, so it is set up before they import anything."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
