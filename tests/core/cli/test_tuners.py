"""``potluck tuners``: a row for each, and the parameters that each trains of a model.

Modules: ``potluck.cli.tuners``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from potluck.cli import potluck as command
from potluck.errors import ModelNotFound
from support.commands import invoke

COLUMNS = ("tuner", "parameters go", "trained", "merges", "models", "answered by", "package")


def test_each_tuner_is_a_row_and_nothing_is_counted_without_a_model() -> None:
    done = invoke(command, "tuners")
    found = {row["name"]: row for row in json.loads(invoke(command, "tuners", "--json").stdout)}

    head, *lines = done.stdout.splitlines()
    places = [head.index(column) for column in COLUMNS]
    cells = {
        line.split()[0]: [line[start:end].strip() for start, end in zip(places, [*places[1:], None], strict=True)]
        for line in lines
        if line[:1].isalpha()
    }
    assert places == sorted(places)
    assert cells.keys() == found.keys() >= {"lora", "prompt", "full"}
    # The words "whole model" are folded: the table is as narrow as a terminal.
    assert [cells[name][3] for name in ("lora", "prompt", "full")] == ["yes", "no", "whole"]
    assert {row[2] for row in cells.values()} == {"-"}
    assert {row["trainable"] for row in found.values()} == {None}


def test_with_a_model_each_says_how_many_parameters_it_trains(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("peft")
    from support.tuning import make_model

    model = str(make_model(tmp_path / "模型"))
    printed = " ".join(invoke(command, "tuners", "--model", model).stdout.split())
    found = {row["name"]: row for row in json.loads(invoke(command, "tuners", "--model", model, "--json").stdout)}

    lora, full = found["lora"], found["full"]
    assert 0 < lora["trainable"] < lora["total"]
    assert full["trainable"] == full["total"] > 0
    assert f"{lora['trainable']:,}" in printed
    assert "(100.00%)" in printed


def test_a_model_that_is_not_there_is_an_error_by_name() -> None:
    done = invoke(command, "tuners", "--model", "./沒有")

    assert isinstance(done.exception, ModelNotFound)
    assert "沒有" in str(done.exception)
    assert done.stdout == ""
