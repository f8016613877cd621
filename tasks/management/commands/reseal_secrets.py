"""What `rotate_keys` was called before it learned to be stopped."""

from __future__ import annotations

from tasks.management.commands.rotate_keys import Command as RotateKeys


class Command(RotateKeys):
    """`reseal_secrets`: the same as `rotate_keys`."""
