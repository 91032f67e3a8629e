"""Files at any address that fsspec knows: paths, `s3://`, `gs://`, `memory://`, and so on."""

import glob
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec
from fsspec.implementations.local import LocalFileSystem

from lamm_core.errors import InvalidInput, PackageMissing, StorageUnavailable
from lamm_core.words import translate as _

# Here an object comes into being when its upload is complete. Elsewhere a file grows under its name.
_WHOLE_WHEN_UPLOADED = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oci", "oss"}
_ASIDE = ".part"


def file_system(url: str) -> tuple[Any, str]:
    """The fsspec file system of an address, and the path there.

    Raises:
        InvalidInput: no file system is known for it, or the address has no form that one takes.
        PackageMissing: its package is not installed.
        StorageUnavailable: it refuses whoever asks.
    """
    try:
        system, path = fsspec.core.url_to_fs(url)
    except ImportError as error:
        reason = str(error).rstrip(".")
        raise PackageMissing(_("{url!r} cannot be opened: {reason}.", url=url, reason=reason)) from error
    except ValueError as error:
        reason = str(error).rstrip(".")
        raise InvalidInput(_("{url!r} cannot be opened: {reason}.", url=url, reason=reason)) from error
    except OSError as error:
        raise unreachable(url, error) from error
    return system, str(path)


def joined(url: str, *names: str) -> str:
    """The address of a file below a folder's."""
    return "/".join([url.rstrip("/"), *names])


def unreachable(url: str, error: OSError) -> StorageUnavailable:
    """What to raise where a place does not answer, or refuses."""
    reason = str(error.strerror or error or type(error).__name__).rstrip(".")
    return StorageUnavailable(_("{url!r} cannot be used: {reason}.", url=url, reason=reason))


@contextmanager
def written_whole(url: str) -> Iterator[Path]:
    """A path on this machine to write to; when the block ends, the file is at `url`, whole, in place of what was there.

    It is not there at all where the block raises or its process is killed. Several may write the same content at once:
    whoever is first removes what others, who may be dead, have left beside it.

    Raises:
        StorageUnavailable: it cannot be written there.
    """
    system, path = file_system(url)
    folder, _slash, name = path.rpartition("/")
    aside = f"{folder}/.{name}.{uuid4().hex}{_ASIDE}"
    try:
        if isinstance(system, LocalFileSystem):
            Path(folder).mkdir(parents=True, exist_ok=True)
            with _removed_at_last(Path(aside)) as here:
                yield here
                _take_name(here, Path(path))
            return
        with tempfile.TemporaryDirectory(prefix="lamm-pool-") as own:
            here = Path(own) / "whole"
            yield here
            _put(system, here, path, aside)
    except OSError as error:
        raise unreachable(url, error) from error


@contextmanager
def _removed_at_last(path: Path) -> Iterator[Path]:
    try:
        yield path
    finally:
        with suppress(FileNotFoundError):  # it has its name by now
            path.unlink()


def _take_name(here: Path, path: Path) -> None:
    try:
        here.replace(path)
    except FileNotFoundError:
        if not path.exists():
            raise
        return  # another one was first
    for left in path.parent.glob(f".{glob.escape(path.name)}.*{_ASIDE}"):
        left.unlink(missing_ok=True)


def _put(system: Any, here: Path, path: str, aside: str) -> None:
    protocols = {system.protocol} if isinstance(system.protocol, str) else set(system.protocol)
    if protocols & _WHOLE_WHEN_UPLOADED:
        system.put_file(str(here), path)
        return
    system.makedirs(path.rpartition("/")[0], exist_ok=True)
    try:
        system.put_file(str(here), aside)
        system.mv(aside, path)
    finally:
        with suppress(FileNotFoundError):
            system.rm_file(aside)
