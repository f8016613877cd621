"""How a row of the original service becomes one of ours, or why it does not. Pure: rows are mappings of its columns."""
