"""Packages that exist for a test only: a folder with metadata and modules, as pip would leave them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from potluck import plugins


def install(
    site: Path,
    package: str,
    entry_points: Mapping[str, Mapping[str, str]],
    modules: Mapping[str, str],
    version: str = "1.0",
) -> Path:
    """Write a package into the folder ``site``; ``entry_points`` by group and name, ``modules`` by name."""
    metadata = site / f"{package.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n", encoding="utf-8"
    )
    groups = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items())
        for group, entries in entry_points.items()
    ]
    (metadata / "entry_points.txt").write_text("\n".join(groups), encoding="utf-8")
    for name, code in modules.items():
        (site / f"{name}.py").write_text(textwrap.dedent(code), encoding="utf-8")
    return site


@contextmanager
def visible(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the packages of a folder importable here and in processes that are started."""
    import os

    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep))
    forget()
    yield
    forget()


def forget() -> None:
    """Let potluck look again at what is installed."""
    for cached in (plugins.registrations, plugins.installed_plugins, plugins.unchecked_offer):
        cached.cache_clear()


HASHING_EMBEDDER = '''
"""An embedder for tests: the hash of a text makes its vector; every text that it embeds is written to a file."""

import hashlib
import os

import potluck
from potluck.contracts import Embedder, EmbedderConfig


class Settings(EmbedderConfig):
    dimensions: int = 16
    """Length of the vectors."""
    window: int | None = None
    """Characters that it reads; it counts a character as a token."""
    fail_after: int = -1
    """Raise at the call of this number."""
    send: str | None = None
    """The host it claims to send texts to."""


class Hashing(Embedder):
    def __init__(self, config, context):
        self.config, self.dimensions, self.window, self.fit = config, config.dimensions, config.window, config.fit
        self.batch_size, self.calls = config.batch_size, 0
        self.dimensions = int(os.environ.get("HASHING_LENGTH", self.dimensions))

    def count_tokens(self, texts):
        return [len(text) for text in texts]

    def embed_passages(self, texts):
        from potluck.errors import RemoteError
        if self.calls == self.config.fail_after:
            raise RemoteError("the service is gone; run again")
        self.calls += 1
        if "EMBEDDED_LOG" in os.environ:
            with open(os.environ["EMBEDDED_LOG"], "a", encoding="utf-8") as log:
                log.writelines(text.replace("\\n", " ") + "\\n" for text in texts)
        return self.embed_queries([text[: self.window] for text in texts])

    def embed_queries(self, texts):
        import numpy as np
        rows = []
        for text in texts:
            digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
            rows.append(np.random.default_rng(int.from_bytes(digest)).normal(size=self.dimensions))
        vectors = np.array(rows).reshape(len(texts), self.dimensions)
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@potluck.hookimpl
def potluck_embedder():
    return potluck.Offer("hashes texts", Settings, Hashing, sends_to=lambda config: config.send)
'''
"""The code of an embedder whose calls can be counted."""


def install_hashing(site: Path) -> Path:
    """Install the embedder ``hashing``."""
    groups = {"potluck.embedders": {"hashing": "hashing_embedder"}}
    return install(site, "potluck-hashing", groups, {"hashing_embedder": HASHING_EMBEDDER})
