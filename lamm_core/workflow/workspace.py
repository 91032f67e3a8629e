"""One installation's data, the database and the folders beside it, and who acts on it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from lamm_core.actors import ITSELF, OPERATOR, Actor
from lamm_core.errors import StorageUnavailable
from lamm_core.model.embedding_store import EmbeddingStore
from lamm_core.model.signature_store import SignatureStore
from lamm_core.paths import inside
from lamm_core.settings import Settings, load_settings
from lamm_core.storage.database import Database
from lamm_core.storage.migrate import migrate
from lamm_core.words import translate as _


@dataclass(frozen=True)
class Workspace:
    """Everything that a workflow call needs. Safe to share between threads.

    Attributes:
        actor: whose rights hold; every workflow call is made for somebody.
    """

    settings: Settings
    database: Database
    actor: Actor

    def acting_as(self, actor: Actor) -> "Workspace":
        """The same data in the hands of somebody else."""
        return replace(self, actor=actor)

    def by_itself(self) -> "Workspace":
        """For what a project does by itself, whoever gave the occasion: rounds that follow from labels."""
        return self.acting_as(ITSELF)

    def embedding_store(self, encoder: str) -> EmbeddingStore:
        """The store of one encoder, seen as it is now."""
        return EmbeddingStore(self.settings.embeddings, encoder, self.settings.embedding_precision)

    def signature_store(self, project_id: int) -> SignatureStore:
        """The store of one project, seen as it is now."""
        return SignatureStore(self.settings.signatures, project_id)

    def model_file(self, name: str) -> Path:
        """The file of a model version, by the name that the database has.

        Raises:
            UnsafePath: the name would lead out of the folder of the models.
        """
        return model_path(self.settings, name)

    def close(self) -> None:
        """Close the database connections."""
        self.database.close()


def open_workspace(home: Path | None = None) -> Workspace:
    """Open the data of this installation, making folders and tables where they are missing.

    It acts for the operator: who can open the data may do everything with it. `Workspace.acting_as` hands it on.

    Args:
        home: data folder; None takes LAMM_HOME, or the user's data folder.

    Raises:
        StorageUnavailable: the folder or the database cannot be opened, or is of a newer version.
    """
    settings = load_settings(home)
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageUnavailable(
            _("The data folder {folder!r} cannot be made: {reason}.", folder=str(settings.home), reason=error.strerror)
        ) from error
    database = Database(settings.database_url)
    migrate(database)
    return Workspace(settings, database, OPERATOR)


def model_path(settings: Settings, name: str) -> Path:
    """The path of a saved model, by the name under which the database knows it.

    Raises:
        UnsafePath: the name leads out of the folder of models.
    """
    return inside(settings.models, name)


def utc_now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)
