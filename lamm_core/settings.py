"""Where LAMM keeps its data, from the command line and the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

HOME_VARIABLE = "LAMM_HOME"
DATABASE_VARIABLE = "LAMM_DATABASE_URL"
PUBLIC_URL_VARIABLE = "LAMM_PUBLIC_URL"


@dataclass(frozen=True)
class Settings:
    """Places that one installation uses.

    Attributes:
        home: folder for the SQLite database, embeddings, models and logs.
        database_url: SQLAlchemy URL of the database; may hold a password, so it is never shown.
        public_url: under which address people open the app; empty where nobody said, and without a slash at its end.
    """

    home: Path
    database_url: str
    public_url: str = ""

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
        }


def load_settings(home: Path | None = None) -> Settings:
    """Settings from the arguments first, then the environment, then the defaults of the platform.

    Args:
        home: data folder; None takes LAMM_HOME, or the user's data folder.
    """
    chosen = home or Path(os.environ.get(HOME_VARIABLE) or platformdirs.user_data_path("lamm"))
    folder = chosen.expanduser().absolute()
    url = os.environ.get(DATABASE_VARIABLE) or f"sqlite:///{folder / 'lamm.db'}"
    public_url = os.environ.get(PUBLIC_URL_VARIABLE, "").rstrip("/")
    return Settings(home=folder, database_url=_with_driver(url), public_url=public_url)


def _with_driver(url: str) -> str:
    """Name the installed driver, so that the URL a hosting service hands out works as it is."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
