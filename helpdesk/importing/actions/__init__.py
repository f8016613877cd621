"""Writing what was taken over, with its history; nobody is mailed, notified or called because of it."""
