"""The error that the pilot has of its own."""

from lamm_core.errors import LammError


class PilotStopped(LammError):
    """The pilot cannot go on: a text was not imported, a round failed, or nothing came to be labelled."""
