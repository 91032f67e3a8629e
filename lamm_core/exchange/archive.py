"""A backup as a file: a plain tar whose last member, the manifest, has the size and SHA-256 of every other one.

Nothing of it is used before all of it was read once and found to be what the manifest says.
"""

import hashlib
import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from lamm_core.errors import BackupUnusable
from lamm_core.words import translate as _

MANIFEST = "manifest.json"
FORMAT = 1
# Each entry takes some 150 bytes, and a project some three files a round.
_LARGEST_MANIFEST = 64_000_000
_CHUNK = 1 << 20
# What a backup may hold, and where: no name of another form is ever written to a disk.
_NAME = re.compile(r"(tables/[a-z_]+\.jsonl|(models|embeddings)(/[A-Za-z0-9_-][A-Za-z0-9._-]*){2})", re.ASCII)


@dataclass(frozen=True)
class Member:
    """A file inside a backup, as the manifest has it."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself.

    Attributes:
        version: of LAMM, which made it.
        schema: revision of the database's tables.
        taken_at: the moment it shows, ISO 8601 in UTC.
        rows: table to how many rows of it there are.
        members: every other file of the backup.
    """

    version: str
    schema: str
    taken_at: str
    rows: Mapping[str, int]
    members: tuple[Member, ...]


class ArchiveWriter:
    """Writes a backup member by member; it is one once `finish` was called."""

    def __init__(self, file: IO[bytes]) -> None:
        # GNU's form has no limit to the size of a file that anybody would meet, and no extra headers.
        self._tar = tarfile.open(fileobj=file, mode="w:", format=tarfile.GNU_FORMAT)  # noqa: SIM115 - closed in `finish`
        self._members: list[Member] = []

    def add(self, name: str, source: IO[bytes], size: int) -> None:
        """Add so many bytes of a file.

        Raises:
            OSError: the source is shorter than that, or the backup cannot be written.
        """
        hashing = _Hashing(source)
        self._write(name, hashing, size)
        self._members.append(Member(name, size, hashing.hexdigest()))

    def finish(self, version: str, schema: str, taken_at: str, rows: Mapping[str, int]) -> Manifest:
        """Add the manifest and close the archive; the file under it stays open."""
        manifest = Manifest(version, schema, taken_at, dict(rows), tuple(self._members))
        content = json.dumps({"format": FORMAT} | asdict(manifest), indent=1).encode()
        self._write(MANIFEST, BytesIO(content), len(content))
        self._tar.close()
        return manifest

    def _write(self, name: str, source: Any, size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self._tar.addfile(info, source)


class Archive:
    """A backup that was read once from end to end and is what its manifest says. See `open_archive`."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self._tar = tar
        self.manifest = manifest

    def names(self, folder: str) -> list[str]:
        """Names of all members in one of the folders `tables`, `models` and `embeddings`."""
        return [each.name for each in self.manifest.members if each.name.startswith(f"{folder}/")]

    def open(self, name: str) -> IO[bytes]:
        """Read a member from its beginning."""
        return _opened(self._tar, self._tar.getmember(name))


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open a backup and check all of it.

    Raises:
        BackupUnusable: the file is no backup, damaged, cut off, or holds what no backup holds.
    """
    try:
        with tarfile.open(path, "r:") as tar:
            manifest = _checked(tar)
            yield Archive(tar, manifest)
    except (tarfile.TarError, EOFError) as error:
        raise BackupUnusable(_("{file} is no backup of LAMM, or not a whole one.", file=str(path))) from error
    except OSError as error:
        raise BackupUnusable(
            _("The backup {file} cannot be read: {reason}.", file=str(path), reason=error.strerror or str(error))
        ) from error


def _checked(tar: tarfile.TarFile) -> Manifest:
    found = tar.getmembers()
    for each in found:
        if each.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or each.issparse():
            raise BackupUnusable(_("The backup holds {name!r}, which is no plain file.", name=each.name))
        if each.name != MANIFEST and not _NAME.fullmatch(each.name):
            raise BackupUnusable(_("The backup holds {name!r}, which belongs to no backup.", name=each.name))
    by_name = {each.name: each for each in found}
    manifest = _manifest(tar, by_name.get(MANIFEST))
    promised = [each.name for each in manifest.members]
    if sorted([*promised, MANIFEST]) != sorted(each.name for each in found):
        raise BackupUnusable(_("The backup does not hold exactly the files that its list names."))
    for member in manifest.members:
        _check_member(tar, by_name[member.name], member)
    return manifest


def _manifest(tar: tarfile.TarFile, info: tarfile.TarInfo | None) -> Manifest:
    if info is None or info.size > _LARGEST_MANIFEST:
        raise BackupUnusable(_("The backup has no list of its files: it is cut off, or it is no backup of LAMM."))
    try:
        content = json.loads(_opened(tar, info).read())
        if content.pop("format") != FORMAT:
            raise BackupUnusable(_("The backup is of a form that this version does not know; install a newer version."))
        members = tuple(Member(str(one["name"]), int(one["size"]), str(one["sha256"])) for one in content["members"])
        rows = {str(name): int(count) for name, count in content["rows"].items()}
        return Manifest(str(content["version"]), str(content["schema"]), str(content["taken_at"]), rows, members)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BackupUnusable(_("The list of the backup's files cannot be read: it is damaged.")) from error


def _check_member(tar: tarfile.TarFile, info: tarfile.TarInfo, member: Member) -> None:
    digest = hashlib.sha256()
    if info.size == member.size:
        with _opened(tar, info) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    if info.size != member.size or digest.hexdigest() != member.sha256:
        raise BackupUnusable(_("The backup is damaged: {name!r} is not what was written.", name=member.name))


def _opened(tar: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    file = tar.extractfile(info)
    if file is None:  # only of what is no plain file
        raise BackupUnusable(_("The backup holds {name!r}, which is no plain file.", name=info.name))
    return file


class _Hashing:
    """A file that is hashed as it is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        chunk = self._source.read(size)
        self._digest.update(chunk)
        return chunk

    def hexdigest(self) -> str:
        return self._digest.hexdigest()
