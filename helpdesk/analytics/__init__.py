"""What managers ask about tickets: how many, how old, how quickly."""
