"""A disk that alters what was written: no answer rests on it, it is told by name, and repair keeps what is whole.

Modules: ``potluck.workspace.answer_cache``, ``potluck.workspace.catalogue``,
``potluck.workspace.checksums``, ``potluck.workspace.connection``, ``potluck.workspace.database``,
``potluck.workspace.storage_errors``, ``potluck.workspace.lock``, ``potluck.workspace.catalogue_reader``,
``potluck.workspace.manifests``, ``potluck.workspace.scratch``, ``potluck.workspace.catalogue_tables``.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.document_qa.ask import AskReport
from potluck.errors import PotluckError, WorkspaceDamaged
from potluck.evaluation.results import Answered
from potluck.workspace.repair import check_workspace, repair_workspace
from support.commands import potluck
from support.fake_plugins import install_hashing, visible

RECIPE = (
    "documents: notes/*.txt\nembedder: {use: hashing, batch_size: 4}\nquestions: questions.jsonl\n"
    "splitter: {chunk_size: 80, chunk_overlap: 10}\nchat: extractive\nretriever: {k: 60}\n"
)
QUESTION = "第7號鋼軌的標準長度是哪一年訂的？"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        yield project(tmp_path / "home")


def project(folder: Path) -> Path:
    """Notes, indexed and asked about; the whole of it is a few dozen pages of SQLite."""
    (folder / "notes").mkdir(parents=True)
    (folder / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    for number in range(12):
        text = "\n\n".join(
            f"第{number}號鋼軌第{part}條：標準長度{part}5m，於{1900 + number * 7 + part}年訂定。" for part in range(8)
        )
        (folder / "notes" / f"{number}.txt").write_text(text, encoding="utf-8")
    questions = [{"question": f"第{number}號鋼軌的標準長度？", "answers": ["25m"]} for number in range(12)]
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in questions)
    (folder / "questions.jsonl").write_text(lines, encoding="utf-8")
    with Recipe.load(folder / "recipe.yaml") as recipe:
        recipe.ask(QUESTION)
        recipe.evaluate()
    return folder


def catalogue(folder: Path) -> Path:
    return folder / ".potluck" / "catalogue.sqlite"


def answers(folder: Path) -> dict[str, object]:
    """What the recipe answers, without times."""
    with Recipe.load(folder / "recipe.yaml") as recipe:
        asked, evaluated = told(recipe.ask(QUESTION)), recipe.evaluate()
        return {
            "asked": asked,
            "metrics": dict(evaluated.metrics),
            "answers": [told(one) for one in evaluated.answered],
        }


def outcome(folder: Path) -> object:
    """What the recipe answers, or the error by name; anything else would be a fault of potluck."""
    try:
        return answers(folder)
    except PotluckError as error:
        return error


def told(report: AskReport | Answered) -> object:
    plain = report.as_json()
    return {key: plain[key] for key in ("answer", "citations", "retrieved")}


def flip(path: Path, place: int, bit: int = 0) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1 << bit
    path.write_bytes(content)


def damage(path: Path, chance: random.Random) -> str:
    """One accident of those that disks, cables and file systems have: a bit, a sector, a page, a lost end."""
    content = bytearray(path.read_bytes())
    place = chance.randrange(len(content))
    kind = chance.choice(["bit", "bit", "bit", "zeros", "noise", "page", "end"])
    if kind == "bit":
        content[place] ^= 1 << chance.randrange(8)
    elif kind == "zeros":
        content[place : place + 512] = bytes(min(512, len(content) - place))
    elif kind == "noise":
        content[place : place + 64] = chance.randbytes(min(64, len(content) - place))
    elif kind == "page":
        pages = len(content) // 4096
        here, there = chance.randrange(pages) * 4096, chance.randrange(pages) * 4096
        content[here : here + 4096] = content[there : there + 4096]
    else:
        del content[max(4096, place) :]
    path.write_bytes(content)
    return f"{kind} at {place}"


def survive(home: Path, name: str, damages: int, seed: int, tmp_path: Path) -> None:
    """After each damage: the right answers or an error by name; after a repair: the right answers."""
    right, chance = answers(home), random.Random(seed)
    noticed = 0
    for number in range(damages):
        folder = tmp_path / f"damaged-{number}"
        shutil.copytree(home, folder)
        what = damage(folder / ".potluck" / name, chance)
        given = outcome(folder)
        if given != right:
            noticed += 1
            assert type(given) is WorkspaceDamaged, f"{what}: {given!r}"
            assert "potluck workspace repair" in str(given)
        repair_workspace(folder / ".potluck")
        assert answers(folder) == right, f"{what}: after the repair"
        assert all(report.is_whole for report in check_workspace(folder / ".potluck")), what
        shutil.rmtree(folder)
    assert noticed > damages // 10


def test_one_bit_in_a_document_is_not_a_quotation(home: Path) -> None:
    year = "於1952年".encode()
    flip(catalogue(home), catalogue(home).read_bytes().index(year) + len("於1952年".encode()) - 4)
    assert "於1953年".encode() in catalogue(home).read_bytes()
    done = potluck("ask", str(home / "recipe.yaml"), QUESTION)

    assert done.returncode == 1
    assert "catalogue.sqlite is damaged (not what was written: the text of notes/7.txt)" in done.stderr
    assert "fault of potluck" not in done.stderr

    repaired = potluck("workspace", "repair", str(home / "recipe.yaml"), "--json")

    report = json.loads(repaired.stdout)
    assert (report["index"]["loaded"], report["index"]["embedded"]) == (1, 0)
    assert potluck("ask", str(home / "recipe.yaml"), QUESTION).returncode == 0


@pytest.mark.parametrize("name", ["catalogue.sqlite", "calls.sqlite"])
def test_random_damages_never_change_an_answer(home: Path, name: str, tmp_path: Path) -> None:
    survive(home, name, 6, 5, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", ["catalogue.sqlite", "calls.sqlite"])
def test_a_hundred_and_twenty_random_damages_never_change_an_answer(home: Path, name: str, tmp_path: Path) -> None:
    survive(home, name, 120, 22585, tmp_path)
