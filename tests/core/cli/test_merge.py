"""``potluck merge``: what it prints, and what it refuses.

Modules: ``potluck.cli.merge``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

from potluck.adapters.merge import MergeReport
from potluck.cli import potluck as command
from potluck.errors import PotluckError
from support.commands import invoke
from support.tuning import make_model, recipe, write_home

LORA = {"use": "lora", "r": 4, "training": {"max_steps": 2, "per_device_train_batch_size": 4, "dtype": "float32"}}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "合併 one"
    folder.mkdir()
    return write_home(folder, make_model(tmp_path / "model"))


def write_recipe(home: Path, **more: Any) -> str:
    with recipe(home, **{"tuner": LORA, **more}) as opened:
        return str(opened.model.path)


def test_it_trains_first_and_says_where_the_model_is_and_how_much_it_differs(home: Path) -> None:
    path = write_recipe(home)

    done = invoke(command, "merge", path, str(home / "合併"))
    again = invoke(command, "merge", path, str(home / "again"), "--json")

    assert done.exit_code == 0, done.output
    said, figure = done.stdout.splitlines()[-1].split(": logits differ by at most ")
    assert said == str(home / "合併")
    assert 0 <= float(figure.removesuffix(" from the tuned model's")) <= 1e-4
    assert (home / "合併" / "model.safetensors").is_file()
    told = json.loads(again.stdout)
    assert told.keys() == {"folder", "difference", "modelfile"}
    assert told["folder"] == str(home / "again")
    assert 0 <= told["difference"] <= 1e-4


@pytest.mark.parametrize(("options", "precision"), [(["--precision", "q8_0"], "q8_0"), ([], "f16")])
def test_of_a_file_it_says_that_the_weights_were_compared_before_they_are_rounded(
    home: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], precision: str
) -> None:
    file = home / "m.gguf"
    written = MergeReport(file, 7.1e-05, file.with_suffix(".Modelfile"))
    monkeypatch.setattr("potluck.adapters.merge.merge", lambda *given: written)

    done = invoke(command, "merge", write_recipe(home), str(file), *options)

    said, rounded = done.stdout.splitlines()[0].split(", ")
    assert said == f"{file}: logits differ by at most 7.1e-05 from the tuned model's"
    assert rounded == f"before its weights are rounded to {precision}"


def test_a_setting_of_the_command_line_is_that_of_the_recipe(home: Path) -> None:
    done = invoke(command, "merge", write_recipe(home), str(home / "merged"), "--set", "tuner=null")

    assert isinstance(done.exception, PotluckError)
    assert "the recipe names neither a tuner nor an adapter; there is nothing to merge" in str(done.exception)
    assert not (home / "merged").exists()


def test_a_folder_that_is_there_is_not_written_over(home: Path) -> None:
    (home / "merged").mkdir()

    done = invoke(command, "merge", write_recipe(home), str(home / "merged"))

    assert isinstance(done.exception, PotluckError)
    assert "merged is there already; give it another name" in str(done.exception)
    assert list((home / "merged").iterdir()) == []
