"""What a user does: create, import, claim, submit, undo, run a round, export."""
