"""Killed at any moment (``kill -9``), the next run ends where an undisturbed one would, and embeds nothing twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe
from support.commands import potluck
from support.fake_plugins import install_hashing, visible

RECIPE = (
    "documents: notes/*.txt\nembedder: {use: hashing, batch_size: 8}\n"
    "splitter: {chunk_size: 50, chunk_overlap: 10}\nstore: {use: %s}\n"
)
NOTES = 40
STORES = ["exact", "faiss", "chroma"]
IN_FLIGHT = 8
"""Texts of the batch that a kill may lose."""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        yield tmp_path


def project(folder: Path, store: str) -> Path:
    (folder / "notes").mkdir(parents=True)
    (folder / "recipe.yaml").write_text(RECIPE % store, encoding="utf-8")
    for number in range(NOTES):
        write(folder, number, f"第{number}號筆記。" + f"Sentence {number} of the notes stands here. " * 8)
    return folder


def write(folder: Path, number: int, text: str) -> None:
    (folder / "notes" / f"{number}.txt").write_text(text, encoding="utf-8")


def change(folder: Path, round_number: int) -> None:
    """Edit some notes, take one away, add one: what an incremental run has to follow."""
    for number in range(round_number % 3, NOTES, 7):
        write(
            folder, number, f"改過的第{number}號筆記，第{round_number}次。" + f"Edited {number} {round_number}. " * 12
        )
    (folder / "notes" / f"{NOTES - 1 - round_number % 5}.txt").unlink(missing_ok=True)
    write(folder, NOTES + round_number, f"新的筆記{round_number}。" * 12)


def start(folder: Path, log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "potluck", "index", str(folder / "recipe.yaml"), "--json"]
    environment = {**os.environ, "EMBEDDED_LOG": str(log)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)


def run(folder: Path, log: Path) -> dict[str, object]:
    done = potluck("index", str(folder / "recipe.yaml"), "--json", EMBEDDED_LOG=str(log))
    assert done.returncode == 0, done.stderr
    report: dict[str, object] = json.loads(done.stdout)
    return report


def state(folder: Path) -> dict[str, bytes]:
    """Ids and vectors as catalogue and store have them; they have to agree."""
    with Recipe.load(folder / "recipe.yaml") as recipe:
        index = recipe.workspace.catalogue.index(recipe.components.index_id)
        assert index is not None
        chunks = list(recipe.workspace.catalogue.index_chunks(index))
        vectors = recipe.workspace.catalogue.vectors(index.embedder, [chunk.text for chunk in chunks])
        retriever = recipe.retriever()
        assert retriever.store.ids() == {chunk.id for chunk in chunks}
        for chunk, vector in zip(chunks[::17], vectors[::17], strict=True):
            assert retriever.store.search(vector, 1).scores[0] == pytest.approx(1, abs=1e-4), chunk
        return {chunk.id: vector.tobytes() for chunk, vector in zip(chunks, vectors, strict=True)}


def length_of_a_run(folder: Path, log: Path) -> float:
    import time

    started = time.perf_counter()
    process = start(folder, log)
    _, err = process.communicate()
    assert process.returncode == 0, err.decode()
    return time.perf_counter() - started


def kill_and_resume(site: Path, store: str, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    undisturbed = project(site / "undisturbed", store)
    seconds = length_of_a_run(undisturbed, site / "undisturbed.log")
    disturbed, log = project(site / "disturbed", store), site / "disturbed.log"
    killed = 0
    for round_number in range(kills):
        process = start(disturbed, log)
        try:
            process.wait(chance.uniform(0.1, 1.0) * seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.communicate()
        if round_number % 3 == 2:
            run(disturbed, log)
            run(undisturbed, site / "undisturbed.log")
            assert state(disturbed) == state(undisturbed)
            for folder in (disturbed, undisturbed):
                change(folder, round_number)
    run(disturbed, log)
    run(undisturbed, site / "undisturbed.log")
    assert state(disturbed) == state(undisturbed)
    assert killed >= kills // 3
    times = Counter(log.read_text(encoding="utf-8").splitlines())
    assert sum(times.values()) - len(times) <= killed * IN_FLIGHT


@pytest.mark.parametrize(
    "store", [pytest.param(name, marks=() if name == "exact" else pytest.mark.slow) for name in STORES]
)
def test_killed_a_few_times_the_next_run_finishes_the_work(site: Path, store: str) -> None:
    kill_and_resume(site, store, kills=4, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("store", STORES)
def test_killed_at_sixty_random_moments_the_next_run_finishes_the_work(site: Path, store: str) -> None:
    kill_and_resume(site, store, kills=60, seed=2)


def test_two_writers_at_once_one_works_and_the_other_is_told(site: Path) -> None:
    folder = project(site / "shared", "exact")
    processes = [start(folder, site / "log") for _ in range(4)]
    results = [(process.communicate(), process.returncode) for process in processes]

    assert any(status == 0 for _, status in results)
    for (_, err), status in results:
        assert status == 0 or b"is being written by process" in err, err.decode()
    run(folder, site / "log")
    assert len(state(folder)) > NOTES
