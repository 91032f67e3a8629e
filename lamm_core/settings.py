"""Where LAMM keeps its data, from the command line and the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from lamm_core.errors import InvalidInput
from lamm_core.words import translate as _

HOME_VARIABLE = "LAMM_HOME"
DATABASE_VARIABLE = "LAMM_DATABASE_URL"
PUBLIC_URL_VARIABLE = "LAMM_PUBLIC_URL"
PRECISION_VARIABLE = "LAMM_EMBEDDING_PRECISION"
WORKERS_VARIABLE = "LAMM_EMBEDDING_WORKERS"
PRECISIONS = ("single", "half")
_MOST_WORKERS = 1024


@dataclass(frozen=True)
class Settings:
    """Places that one installation uses.

    Attributes:
        home: folder for the SQLite database, embeddings, models and logs.
        database_url: SQLAlchemy URL of the database; may hold a password, so it is never shown.
        public_url: under which address people open the app; empty where nobody said, and without a slash at its end.
        embedding_precision: how new embedding stores keep their numbers, `single` or `half`.
        embedding_workers: processes that the built-in default encoder works in; None where nobody said.
    """

    home: Path
    database_url: str
    public_url: str = ""
    embedding_precision: str = "single"
    embedding_workers: int | None = None

    def __repr__(self) -> str:
        return f"Settings(home={str(self.home)!r})"

    @property
    def embeddings(self) -> Path:
        """Folder of the embedding stores."""
        return self.home / "embeddings"

    @property
    def signatures(self) -> Path:
        """Folder of the signatures of texts."""
        return self.home / "signatures"

    @property
    def models(self) -> Path:
        """Folder of the saved model versions."""
        return self.home / "models"

    @property
    def logs(self) -> Path:
        """Folder of the log files of rounds."""
        return self.home / "logs"

    def environment(self) -> dict[str, str]:
        """Environment for a subprocess that works on the same data."""
        return os.environ | {
            HOME_VARIABLE: str(self.home),
            DATABASE_VARIABLE: self.database_url,
            PUBLIC_URL_VARIABLE: self.public_url,
            PRECISION_VARIABLE: self.embedding_precision,
            WORKERS_VARIABLE: str(self.embedding_workers or ""),
        }


def load_settings(home: Path | None = None) -> Settings:
    """Settings from the arguments first, then the environment, then the defaults of the platform.

    Args:
        home: data folder; None takes LAMM_HOME, or the user's data folder.

    Raises:
        InvalidInput: a variable has a value that it cannot have.
    """
    chosen = home or Path(os.environ.get(HOME_VARIABLE) or platformdirs.user_data_path("lamm"))
    folder = chosen.expanduser().absolute()
    url = os.environ.get(DATABASE_VARIABLE) or f"sqlite:///{folder / 'lamm.db'}"
    public_url = os.environ.get(PUBLIC_URL_VARIABLE, "").rstrip("/")
    precision = os.environ.get(PRECISION_VARIABLE) or PRECISIONS[0]
    if precision not in PRECISIONS:
        known = ", ".join(PRECISIONS)
        raise InvalidInput(
            _(
                "{variable} is {value!r}; choose one of: {known}.",
                variable=PRECISION_VARIABLE,
                value=precision,
                known=known,
            )
        )
    return Settings(folder, _with_driver(url), public_url, precision, _embedding_workers())


def _embedding_workers() -> int | None:
    given = os.environ.get(WORKERS_VARIABLE, "").strip()
    if not given:
        return None
    if not given.isdecimal() or not 1 <= int(given) <= _MOST_WORKERS:
        raise InvalidInput(
            _(
                "{variable} is {value!r}; it must be a number from 1 to {most}.",
                variable=WORKERS_VARIABLE,
                value=given,
                most=_MOST_WORKERS,
            )
        )
    return int(given)


def _with_driver(url: str) -> str:
    """Name the installed driver, so that the URL a hosting service hands out works as it is."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
