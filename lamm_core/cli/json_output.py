"""`--json`: JSON on standard output and nothing else there, the same on every command: one value, or one a line."""

import json
from typing import Annotated

import typer

from lamm_core.json_values import json_value

AsJson = Annotated[
    bool,
    typer.Option("--json", metavar="", help="For other programs: JSON on standard output, and nothing else there."),
]


def print_json(value: object) -> None:
    """Write what a command has to tell, as `json_value` has it."""
    # Plain ASCII, so that it arrives whole whatever the encoding of the pipe.
    typer.echo(json.dumps(json_value(value), indent=2, allow_nan=False))


def print_json_line(value: object) -> None:
    """Write one object of several, a line each, as it comes."""
    typer.echo(json.dumps(json_value(value), allow_nan=False))
