"""How long a label takes: from the key to the next text, and until it is stored."""
