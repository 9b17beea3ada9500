"""A merged model is written where it is asked for, whole, or not at all.

Modules: ``potluck.adapters.merge``, ``potluck.adapters.gguf_export``, ``potluck.models.gguf_fields``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe
from potluck.adapters.merge import MergeReport, merge
from potluck.documents import Message
from potluck.errors import MissingDependency, PotluckError, Unsupported
from potluck.hookspecs import StageEvent, hookimpl
from potluck.models.loading import load_tokenizer
from potluck.models.quantisation import Precision
from potluck.observation.stage import stage
from support.modelfiles import read_modelfile
from support.tiny_gguf import tiny_gguf
from support.tiny_models import tiny_masked
from support.tuning import recipe

SHORT = {"max_steps": 2, "per_device_train_batch_size": 4, "dtype": "float32"}


def tuned(home: Path, **more: Any) -> Recipe:
    return recipe(home, tuner={"use": "lora", "r": 4, "training": SHORT}, **more)


def test_a_folder_is_written_with_the_model_and_its_tokenizer(home: Path) -> None:
    with tuned(home) as opened:
        done = merge(opened.components, home / "merged")

    assert done.folder == home / "merged"
    assert 0 <= done.difference <= 1e-4
    assert done.as_json() == {"folder": str(home / "merged"), "difference": done.difference, "modelfile": None}
    assert load_tokenizer(home / "merged").get_vocab() == load_tokenizer(home / "model").get_vocab()
    assert not list(home.glob("merging*")), "nothing is left beside it"


def test_what_is_there_already_is_not_written_over(home: Path) -> None:
    (home / "merged").mkdir()

    with tuned(home) as opened, pytest.raises(PotluckError, match=r"merged is there already; give it another name"):
        merge(opened.components, home / "merged")
    assert list((home / "merged").iterdir()) == []


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"tuner": None}, "the recipe names neither a tuner nor an adapter; there is nothing to merge"),
        (
            {"tuner": {"use": "prompt", "training": SHORT}},
            "'prompt' learns cannot be merged into the weights exactly; tuners that merge: .*'lora'",
        ),
        ({"tuner": {"use": "full", "training": SHORT}}, "'full' learns cannot .*: its result is a whole model already"),
    ],
)
def test_what_cannot_be_merged_is_told_before_anything_is_trained(
    more: dict[str, Any], message: str, home: Path
) -> None:
    with recipe(home, **more) as opened, pytest.raises((PotluckError, Unsupported), match=message):
        merge(opened.components, home / "merged")
    assert not (home / "merged").exists()


def of_a_gguf(home: Path, tuner: dict[str, Any]) -> Recipe:
    """A recipe whose model was read from a file for llama.cpp."""
    tiny_gguf(home / "file")
    return recipe(home, model="file/model.gguf", tuner=tuner, chat={"temperature": 0.5, "use": "transformers"})


@pytest.mark.parametrize(
    ("tuner", "precision"),
    [({"use": "lora", "r": 4}, None), ({"use": "lora", "r": 4}, "q4_k_m"), ({"use": "full"}, "q8_0")],
    ids=["lora", "lora in four bits", "full in eight bits"],
)
def test_a_file_for_llama_cpp_holds_what_was_tuned_and_lies_beside_a_modelfile(
    tuner: dict[str, Any], precision: Precision | None, home: Path
) -> None:
    pytest.importorskip("xllamacpp")
    asked, labels = [Message("user", "the red apple")], ["fruit", "weather"]
    with of_a_gguf(home, {**tuner, "training": SHORT}) as opened:
        done = merge(opened.components, home / "己.gguf", precision)
        tuned = [one.logprob for one in opened.chat_model().likelihoods(asked, labels)]
    with recipe(home, tuner=None, model=None, chat={"use": "llama-cpp", "model": "己.gguf"}) as exported:
        found = [one.logprob for one in exported.chat_model().likelihoods(asked, labels)]

    assert found == pytest.approx(tuned, rel=0.02 if precision is None else 0.2)
    assert done.modelfile == home / "己.Modelfile"
    said = read_modelfile(done.modelfile)
    assert said.base == (home / "己.gguf").resolve()
    assert said.parameters["temperature"] == [0.5]
    assert not list(home.glob("merging*")), "nothing is left beside it"


def test_people_are_told_what_goes_on_until_the_file_is_there(home: Path) -> None:
    pytest.importorskip("xllamacpp")
    told = Told()
    with of_a_gguf(home, {"use": "lora", "r": 4, "training": SHORT}) as opened:
        opened.observers.register(told)
        with stage(opened.observers, "the command", ""):
            merge(opened.components, home / "out.gguf", "q4_k_m")

    *_, wrote, command = told.finished
    names = [event.stage for event in told.finished if event.stage != "load model"]
    assert names[-4:] == ["compare with the tuned model", "write f16", wrote.stage, command.stage]
    assert "tune" in names
    assert (wrote.stage, wrote.done, wrote.unit) == ("write q4_k_m", wrote.total, "tensors")


class Told:
    """Keeps what an observer is told of stages that finish."""

    def __init__(self) -> None:
        self.finished = list[StageEvent]()

    @hookimpl
    def potluck_stage_finished(self, event: StageEvent) -> None:
        self.finished.append(event)


@pytest.mark.parametrize(
    ("package", "base", "precision"),
    [
        ("sentencepiece", "model", None),
        ("sentencepiece", "file/model.gguf", None),
        ("xllamacpp", "file/model.gguf", "q4_k_m"),
        ("gguf", "file/model.gguf", "q8_0"),
    ],
)
def test_a_package_that_is_missing_is_told_before_anything_is_trained(
    package: str, base: str, precision: Precision | None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_gguf(home / "file")
    end = {"end_token": "</s>"} if package == "sentencepiece" else {}  # with which the file's tokenizer is not kept
    monkeypatch.setitem(sys.modules, package, None)

    with (
        recipe(home, model=base, tuner={"use": "lora", "r": 4, "training": SHORT, **end}) as opened,
        pytest.raises(MissingDependency, match=rf"'{package}'\. Run: "),
    ):
        merge(opened.components, home / "out.gguf", precision)
    assert not (home / ".potluck" / "tuned").exists()


def test_a_precision_is_one_of_files_for_llama_cpp(home: Path) -> None:
    with tuned(home) as opened, pytest.raises(PotluckError, match=r"q8_0 is a precision of files .* end in \.gguf"):
        merge(opened.components, home / "merged", "q8_0")


def test_a_model_that_does_not_go_on_with_a_text_is_not_a_file_for_llama_cpp(home: Path) -> None:
    tiny_masked(home / "masked", ["the red apple is fruit", "the blue sky is weather"], ["fruit", "weather"], steps=1)

    with (
        recipe(
            home, model="masked", chat={"use": "masked-lm"}, tuner={"use": "lora", "r": 4, "training": SHORT}
        ) as opened,
        pytest.raises(Unsupported, match=r"llama\.cpp answers with causal models, and masked is .* kind 'masked'"),
    ):
        merge(opened.components, home / "merged.gguf")
    assert not (home / "merged.gguf").exists()


@pytest.mark.slow
def test_a_folder_of_safetensors_becomes_a_file_where_llama_cpp_knows_its_tokenizer(home: Path) -> None:
    pytest.importorskip("sentencepiece")
    with tuned(home) as opened, pytest.raises(Unsupported, match="does not know how this model's tokenizer cuts texts"):
        merge(opened.components, home / "merged.gguf")
    assert not list(home.glob("merg*"))


def test_a_logit_that_differs_stops_the_merging(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from potluck_plugins.tuners.lora import Lora

    monkeypatch.setattr(Lora, "merge", lambda self, model, folder: model)
    with tuned(home) as opened, pytest.raises(PotluckError, match=r"differ by .* nothing is written"):
        merge(opened.components, home / "merged")
    assert not (home / "merged").exists()


def test_a_report_is_its_folder_and_difference(tmp_path: Path) -> None:
    found = json.loads(json.dumps(MergeReport(tmp_path, 0.5, tmp_path / "a.Modelfile").as_json()))
    assert found == {"folder": str(tmp_path), "difference": 0.5, "modelfile": str(tmp_path / "a.Modelfile")}
