#!/usr/bin/env python
"""Django's commands. They start in `public`, without a tenant; a command that needs one enters it."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # Commands set the search path for a session, which a pooler of transactions does not keep.
    os.environ.setdefault("HUB_DB_DIRECT", "on")
    from django.core.management import execute_from_command_line

    from tenants.context import platform

    with platform(direct=True):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
