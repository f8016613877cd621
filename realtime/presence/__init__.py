"""Who is at a ticket, who types there, and who has claimed it: soft, shared through Redis, and never in the log."""
