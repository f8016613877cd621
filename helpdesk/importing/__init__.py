"""Taking over what the original service kept: its rows, and its history as events of the log (docs/importing.md)."""
