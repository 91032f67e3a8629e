"""`lamm worker`: do what is in line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lamm_core.cli.shell import open_data, split_list

if TYPE_CHECKING:
    from lamm_core.job import JobKind


def command(
    context: typer.Context,
    kinds: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROUND,EMBED,...",
            help="Jobs to take: round, embed, backtest, translate; without it, all of them. May be repeated.",
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", metavar="", help="End as soon as no job waits.")] = False,
) -> None:
    """Run rounds, embedding, comparisons and translation for the app, one after the other, until it is ended.

    On SIGTERM or Ctrl-C it hands back what it does and ends in a few seconds; another worker goes on with it.
    """
    wanted = _parse(kinds or [])

    import logging
    import signal

    from lamm_core.workflow.working import Worker

    with open_data(context) as workspace:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
        worker = Worker(workspace, wanted)
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: worker.end())
        worker.run(once=once)


def _parse(names: list[str]) -> list[JobKind]:
    from lamm_core.errors import InvalidInput
    from lamm_core.job import JobKind

    known = list(JobKind)
    wanted = [name.lower() for name in split_list(names)]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise InvalidInput(f"There are no jobs of the kind {unknown[0]!r}; there are: {', '.join(known)}.")
    return [JobKind(name) for name in dict.fromkeys(wanted)] or known
