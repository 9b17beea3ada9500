"""Model files come from a path or a hub; what was fetched once is not fetched again.

Modules: ``potluck.model_sources.model_store``.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import pytest

from potluck.errors import ModelNotFound
from potluck.model_sources.model_store import ModelStore
from potluck.user_cache import default_cache
from support.model_wheels import WEIGHTS, files_below

COMMIT = "0123456789abcdef0123456789abcdef01234567"


# A path


def test_a_path_is_relative_to_the_recipe(tmp_path: Path, sources: ModelStore) -> None:
    (tmp_path / "模型").mkdir()

    assert sources.fetch("模型") == tmp_path / "模型"
    with pytest.raises(ModelNotFound, match=r"there is no .*nothing\. A model is a path, hf://"):
        sources.fetch("nothing")


def test_a_tilde_is_the_users_home(tmp_path: Path, sources: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "model.gguf").write_bytes(WEIGHTS)

    assert sources.fetch("~/model.gguf") == tmp_path / "model.gguf"


@pytest.mark.parametrize("model", ["~no-such-user-here/model", "a" * 5000, "model\0.gguf", "https://host/model.gguf"])
def test_a_path_that_cannot_be_is_not_found(sources: ModelStore, model: str) -> None:
    with pytest.raises(ModelNotFound, match="there is no"):
        sources.fetch(model)


# A hub


class Hub(BaseHTTPRequestHandler):
    """Speaks as much of the hub's protocol as its client needs to take the files of one repository."""

    files: ClassVar = {
        "config.json": b"{}",
        "model.safetensors": WEIGHTS,
        "model.gguf": WEIGHTS,
        "pytorch_model.bin": b"no",
    }

    def do_HEAD(self) -> None:
        self._file(send=False)

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/api/models/org/name/revision/main":
            self._json({"id": "org/name", "sha": COMMIT, "siblings": [{"rfilename": name} for name in self.files]})
        elif path.startswith(f"/api/models/org/name/tree/{COMMIT}"):
            rows = [
                {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
                for name, content in self.files.items()
            ]
            self._json(rows)
        else:
            self._file(send=True)

    def _file(self, send: bool) -> None:
        content = self.files.get(urlsplit(self.path).path.removeprefix(f"/org/name/resolve/{COMMIT}/"))
        headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{hashlib.sha1(content or b"").hexdigest()}"'}
        self._answer(404 if content is None else 200, content or b"", headers, send)

    def _json(self, value: object) -> None:
        self._answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"}, True)

    def _answer(self, status: int, content: bytes, headers: dict[str, str], send: bool) -> None:
        self.send_response(status)
        for name, text in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, text)
        self.end_headers()
        if send:
            self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub's client, for this process and for its children, and no hub to reach."""
    constants = pytest.importorskip("huggingface_hub.constants", reason="the hub's client is not installed")
    folder = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    monkeypatch.setenv("HF_HUB_CACHE", str(folder))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    return folder


@pytest.fixture
def hub(hub_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("HF_ENDPOINT", address)
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_repository_is_taken_from_the_hub_once(
    hub: str, hub_cache: Path, sources: ModelStore, tmp_path: Path, cache: Path
) -> None:
    folder = sources.fetch("hf://org/name")

    assert files_below(folder) == ["config.json", "model.safetensors"]
    assert folder.is_relative_to(hub_cache)
    assert ModelStore(tmp_path, cache, allow_network=False).fetch("hf://org/name") == folder


def test_one_file_is_taken_from_the_hub_by_its_name(hub: str, sources: ModelStore) -> None:
    path = sources.fetch(f"hf://org/name@{COMMIT}/model.gguf")

    assert path.read_bytes() == WEIGHTS
    with pytest.raises(ModelNotFound, match=r"the hub: .*other\.gguf"):
        sources.fetch(f"hf://org/name@{COMMIT}/other.gguf")


def test_a_folder_of_which_another_program_took_a_part_is_not_the_model(hub_cache: Path, sources: ModelStore) -> None:
    repository = hub_cache / "models--org--name"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(COMMIT, encoding="ascii")
    (repository / "snapshots" / COMMIT).mkdir(parents=True)
    (repository / "snapshots" / COMMIT / "config.json").write_text("{}", encoding="ascii")

    with pytest.raises(ModelNotFound, match=r"the hub's cache here: .* holds no \.safetensors file\n  the hub: "):
        sources.fetch("hf://org/name")


def test_a_hub_that_cannot_be_reached_is_said_with_the_way_out(
    hub_cache: Path, sources: ModelStore, tmp_path: Path, cache: Path
) -> None:
    with pytest.raises(ModelNotFound, match=r"the hub: .*Connection refused[^\n]*\nCopy it here and give its path"):
        sources.fetch("hf://no-such-org/no-such-model")
    with pytest.raises(ModelNotFound, match="the hub: not asked, nothing may be fetched"):
        ModelStore(tmp_path, cache, allow_network=False).fetch("hf://no-such-org/no-such-model")


def test_without_the_hubs_client_the_message_says_what_to_install(
    sources: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)

    with pytest.raises(ModelNotFound, match=r"huggingface_hub is not installed\. Run: .*pip install huggingface_hub"):
        sources.fetch("hf://org/name")


def test_the_hubs_cache_is_looked_into_without_asking_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = pytest.importorskip("huggingface_hub")
    asked: list[tuple[str, dict[str, object]]] = []

    def look(repository: str, **said: object) -> None:
        asked.append((repository, said))
        raise OSError("nothing")

    monkeypatch.setattr(hub, "snapshot_download", look)
    with pytest.raises(ModelNotFound, match=r"the hub's cache here: not there \(OSError\)"):
        ModelStore(tmp_path, tmp_path, allow_network=False).fetch("hf://org/name@v1/model.gguf")

    assert asked == [("org/name", {"revision": "v1", "allow_patterns": ["model.gguf"], "local_files_only": True})]


def test_without_a_cache_of_its_own_it_is_the_users(tmp_path: Path) -> None:
    assert ModelStore(tmp_path)._cache == default_cache()
    assert ModelStore(tmp_path, tmp_path / "own")._cache == tmp_path / "own"
