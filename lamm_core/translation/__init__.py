"""Translators by name, and how they are asked: in small requests, each saved before the next is paid for."""
