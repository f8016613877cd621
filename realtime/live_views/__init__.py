"""Live views: what entered, left and changed in a filtered, sorted list of tickets, and how many stand in it.

See docs/realtime.md, "Live views", and docs/decisions/0021.
"""
