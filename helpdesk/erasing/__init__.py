"""Erasing a person: their rows at once, and what the log says of them in stretches, with its chain whole."""
