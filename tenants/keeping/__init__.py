"""Keeping a tenant's data: one archive of it, its state as one hash, taking it in again, erasing it."""
