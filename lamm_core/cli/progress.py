"""Progress on the error stream: a moving bar on a terminal, now and then a line elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from lamm_core.cli.shell import complain, console

_LINE_EVERY = 0.1  # of the work, where no bar can move


class _SpeedColumn(ProgressColumn):
    """Units per second, once that is known."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> Text:
        """The speed of one bar."""
        return Text(f"{task.speed:,.1f} {self._unit}/s" if task.speed else f"- {self._unit}/s")


@contextmanager
def counting(what: str, unit: str, note: Callable[[], str] | None = None) -> Iterator[Callable[[int, int], None]]:
    """Progress of work that is counted; yields `report(done, total)`.

    Args:
        what: what is done, such as "Embedding".
        unit: what is counted, such as "texts".
        note: asked at each report for what else there is to say, such as ", 3 of them kept"; may be empty.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _SpeedColumn(unit),
        TimeRemainingColumn(),
    )
    with _bar(*columns) as bar:
        task = bar.add_task(what, total=None, visible=False)
        lines = _Lines(bar.disable)

        def report(done: int, total: int) -> None:
            more = note() if note else ""
            bar.update(task, description=f"{what}{more}", completed=done, total=total, visible=True)
            lines.say(f"{what}: {done:,} of {total:,} {unit}{more}.", done / total if total else 1.0)

        yield report


@contextmanager
def staged(lines_elsewhere: bool = True) -> Iterator[Callable[[str, float], None]]:
    """Progress of work in stages, such as a round; yields `report(stage, progress 0 to 1)`.

    Args:
        lines_elsewhere: say the stages as lines where no bar can move.
    """
    with _bar(BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TextColumn("{task.description}")) as bar:
        task = bar.add_task("starting", total=1.0)
        lines = _Lines(bar.disable and lines_elsewhere)

        def report(stage: str, progress: float) -> None:
            bar.update(task, description=stage, completed=progress)
            lines.say(f"{stage[:1].upper()}{stage[1:]}.", progress)

        yield report


def _bar(*columns: ProgressColumn) -> Progress:
    terminal = console(errors=True)
    # The bar goes when the work is done: what came of it is said afterwards.
    return Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal)


class _Lines:
    """Lines for logs: the first, then one for each tenth of the work."""

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted
        self._next = 0.0

    def say(self, line: str, progress: float) -> None:
        if self._wanted and progress >= self._next - 1e-9:
            complain(line)
            self._next = min(progress + _LINE_EVERY, 1.0) if progress < 1 else 2.0
