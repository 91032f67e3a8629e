"""Addresses of the app beside its pages: what the labelling card talks to."""
