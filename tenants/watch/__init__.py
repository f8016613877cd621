"""Watching who is refused: noted in memory with the answer, and written to the desk's access log a second later."""
