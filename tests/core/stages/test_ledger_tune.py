"""The ledger of preparing a dataset and of training: every number, on planted losses and clean runs."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from potluck import recipe as recipes
from potluck.datasets.prepare import prepare_dataset
from potluck.documents import Json
from support.planted_losses import entry
from support.tuning import make_model, recipe

WORDS = ("apple", "bread", "cheese", "dates", "eggs", "figs", "grapes", "honey", "ice", "jam", "kale", "leek")
FOOD = [{"text": f"I eat {word}", "label": "food"} for word in WORDS[:6]]
DRINK = [{"text": f"我喝{word}", "label": "drink"} for word in WORDS[6:]]
ROWS = [row for pair in zip(FOOD, DRINK, strict=True) for row in pair]


@dataclass(frozen=True)
class Case:
    """Rows, and the entry of the ledger that preparing them has to give. ``losses`` are planted in them."""

    name: str
    rows: list[dict[str, Any]]
    entry: dict[str, Json]
    losses: int = 0
    dataset: dict[str, Any] = field(default_factory=dict)
    task: str = "classification"


def spread(sides: str) -> list[dict[str, Any]]:
    names = {"t": "train", "v": "dev", "x": "test"}
    return [{**row, "side": names[side]} for row, side in zip(ROWS, sides, strict=True)]


RARE = "2 labels of 2 with fewer than 5 examples to learn from: drink, food"
CASES = [
    Case("copies", [*ROWS, ROWS[0], ROWS[5], ROWS[5]],
         entry("examples", (15, 0), (12, 0), "3 examples left out: there twice, or nearly so among those to "
               "validate with", same=(3, 0)), 1),
    Case("rows without a label", [*ROWS, {"text": "so?", "label": ""}, {"text": "and?", "label": None}],
         entry("examples", (14, 0), (12, 0), "2 rows without a label, left out: HOME/data.jsonl:13, HOME/data.jsonl:14",
               dropped=(2, 0)), 1),
    Case("a limit", ROWS, entry("examples", (12, 0), (4, 0), RARE, dropped=(8, 0)), 1, {"limit": 4}),
    Case("rows for neither side", [*spread("tttttttttvvv"), {**ROWS[0], "text": "x", "side": "trian"}], entry(
        "examples", (13, 0), (12, 0), "1 row is for neither side, left out: the field 'side' is not train, "
        "validation or test ('trian' 1), first HOME/data.jsonl:13", "1 label of 2 with fewer than 5 examples to learn "
        "from: drink", dropped=(1, 0)), 1, {"split": "side"}),
    Case("copies of what is validated", [*spread("ttttttttttvv"), {**ROWS[10], "side": "train"}],
         entry("examples", (13, 0), (12, 0), "1 example left out: there twice, or nearly so among those to "
               "validate with", same=(1, 0)), 1, {"split": "side"}),
    Case("one text with two labels", [*ROWS, {**ROWS[0], "label": "drink"}],
         entry("examples", (13, 0), (13, 0), "2 examples with the same text as another, but for case, blanks "
               f"and digits, and a different target, such as {ROWS[0]['text']!r}"), 1),
    Case("a rare label", [*ROWS, {"text": "I sleep", "label": "rest"}],
         entry("examples", (13, 0), (13, 0), "1 label of 3 with fewer than 5 examples to learn from: rest"), 1),
    Case("two spellings", [*ROWS[1:], {"text": "I eat apple", "label": "Food"}],
         entry("examples", (12, 0), (12, 0), "2 labels look like spellings of one and are learned apart (write them "
               "alike): 'food' (5 rows: HOME/data.jsonl:2, HOME/data.jsonl:4, HOME/data.jsonl:6, HOME/data.jsonl:8, "
               "HOME/data.jsonl:10), 'Food' (1 row: HOME/data.jsonl:12)",
               "1 label of 3 with fewer than 5 examples to learn from: Food"), 1),
]  # fmt: skip
CLEAN = [
    Case("two labels", ROWS, entry("examples", (12, 0), (12, 0))),
    Case("a part to validate with", ROWS, entry("examples", (12, 0), (12, 0), RARE), 0, {"validation": 0.4}),
    Case("texts to be written", [{"prompt": row["text"], "completion": "ok"} for row in ROWS],
         entry("examples", (12, 0), (12, 0)), 0, {}, "generation"),
    Case("a limit that is not reached", ROWS, entry("examples", (12, 0), (12, 0)), 0, {"limit": 12}),
    Case("plain texts", [{"text": row["text"]} for row in ROWS], entry("examples", (12, 0), (12, 0)), 0, {},
         "generation"),
]  # fmt: skip


def prepared(folder: Path, case: Case) -> dict[str, Json]:
    (folder / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in case.rows), encoding="utf-8")
    said = {"model": "m", "task": case.task, "dataset": {"path": "data.jsonl", "validation": 0, **case.dataset}}
    found = prepare_dataset(recipes.loads(json.dumps(said), folder / "recipe.yaml", []))
    (only,) = found.ledger.entries
    assert list(found.notes) == only.notes
    kept = only.as_json()
    kept["notes"] = [note.replace(str(folder), "HOME") for note in only.notes]
    return kept


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_planted_losses_of_a_dataset_are_told_with_every_number(tmp_path: Path, case: Case) -> None:
    assert prepared(tmp_path, case) == case.entry


@pytest.mark.parametrize("case", CLEAN, ids=lambda case: case.name)
def test_where_a_dataset_loses_nothing_nothing_is_told(tmp_path: Path, case: Case) -> None:
    assert prepared(tmp_path, case) == case.entry


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("ledger") / "model", template=None)


LONG = "長" * 40
TRAINED = [
    ("two too long, left out", "drop", [*ROWS, {"text": LONG, "label": "food"}, {"text": f"{LONG}!", "label": "drink"}],
     entry("examples", (14, 0), (12, 0), dropped=(2, 0)), "2 examples too long, left out: number 13, 14"),
    ("one cut", "cut", [*ROWS, {"text": LONG, "label": "food"}],
     entry("examples", (13, 0), (13, 0), cut=(1, 0)),
     "1 example too long, the beginning of the prompt cut: number 13"),
    ("one learned in parts", "split", [{"text": row["text"]} for row in ROWS] + [{"text": LONG}],
     entry("examples", (13, 0), (13, 0)), "1 example too long, learned in parts: number 13"),
    ("nothing", "error", ROWS, entry("examples", (12, 0), (12, 0)), None),
    ("nothing, with consent", "cut", ROWS, entry("examples", (12, 0), (12, 0)), None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fit", "rows", "expected", "note"), TRAINED, ids=[one[0] for one in TRAINED])
def test_what_a_training_leaves_out_is_told_with_every_number(
    tmp_path: Path,
    plain: Path,
    name: str,
    fit: str,
    rows: list[dict[str, Any]],
    expected: dict[str, Json],
    note: str | None,
) -> None:
    shutil.copytree(plain, tmp_path / "model")
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    tuner = {"use": "lora", "max_length": 60, "fit": fit, "training": {"max_steps": 1, "dtype": "float32"}}
    task = "classification" if "label" in rows[0] else "generation"
    said = {"tuner": tuner, "task": task, "dataset": {"path": "data.jsonl", "validation": 0}, "prompt": None}
    with recipe(tmp_path, **said) as one:
        report = one.tune()
    assert report.ledger.as_json()["tune"] == expected
    told = [one for one in report.notes if "too long" in one]
    assert told == ([note] if note else [])
