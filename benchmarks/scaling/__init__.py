"""The parts of the scale benchmark: what a choice, a fit and an embedding cost, here and in other libraries."""
