"""How long every page takes in a project that has grown large, beside one that has not."""
