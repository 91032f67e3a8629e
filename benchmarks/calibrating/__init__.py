"""The parts of the calibration check: do the ranges that the product shows contain what then happens."""
