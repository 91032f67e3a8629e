"""The benchmark: strategies replayed on fully labelled data, and the figures that compare them."""
