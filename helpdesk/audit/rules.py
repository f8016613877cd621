"""How long it is known from where something was done. Pure."""

from __future__ import annotations

from datetime import timedelta

ORIGINS_KEPT = timedelta(days=180)
"""Addresses are personal data; after half a year what was done stays, and by whom, and no longer from where."""
