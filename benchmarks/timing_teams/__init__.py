"""A team at work, with errors, losses, times and memory."""
