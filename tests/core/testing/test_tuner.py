"""Where the rules of tuners draw their lines, told with results that are written down instead of trained.

Modules: ``potluck.testing.tuner``, ``potluck.testing.models``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from potluck.contracts import Estimate, TunedModel, TuningProgress, TuningRequest
from potluck.errors import AdapterMismatch, Unsupported
from potluck.models.loading import load_model, load_tokenizer
from potluck.testing import Skipped, Subject, Violation, checks, models
from support.kits import violating

FALLING = tuple(1.0 - number / 20 for number in range(12))
PLANNED = Estimate(10, 100, 1000, 1000, 12)


@dataclass
class Written:
    """A tuner whose results are written down."""

    tasks: Any = frozenset({"classification"})
    whole: bool = False
    mergeable: bool = False
    served_by: Any = frozenset({"transformers"})
    planned: Any = PLANNED
    trained: int = 10
    losses: Sequence[float] = FALLING
    reports: Sequence[tuple[int, int]] = ((1, 2), (2, 2))
    files: Mapping[str, bytes] = field(default_factory=dict)
    without: bool = False
    outside: bool = False
    by_seed: Callable[[int, int], float] = lambda seed, time: float(seed)
    said: Any = field(default_factory=dict)
    base: str = ""
    error: Exception | None = None
    times: list[int] = field(default_factory=list)

    def plan(self, request: TuningRequest) -> Any:
        return self.planned

    def tune(self, request: TuningRequest, progress: Callable[[TuningProgress], None]) -> TunedModel:
        import torch
        from safetensors.torch import save_file

        self.times.append(request.seed)
        for step, steps in self.reports:
            progress(TuningProgress(step, steps, 1.0, 1.0))
        folder = request.folder.parent / "beside" if self.outside else request.folder / "result"
        folder.mkdir(parents=True, exist_ok=True)
        if not self.without:
            value = self.by_seed(request.seed, len(self.times))
            save_file({"a": torch.full((2,), value), "b": torch.zeros(2)}, folder / "adapter_model.safetensors")
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        if self.base:
            (request.model / self.base).write_bytes(b"{}")
        return TunedModel(folder, self.trained, tuple(self.losses), 1.0)

    def attach(self, model: Any, folder: Path) -> Any:
        if self.error is not None:
            raise self.error
        return None

    def merge(self, model: Any, folder: Path) -> Any:
        if self.error is not None:
            raise self.error
        return model

    def identity(self) -> Any:
        return self.said


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return models.tiny_model(tmp_path_factory.mktemp("tiny") / "model")


def check(rule: str, folder: Path, tiny: Path, **said: Any) -> None:
    (one,) = (one for one in checks("tuner") if one.rule == rule)
    (folder / "model").mkdir()
    for path in tiny.iterdir():
        (folder / "model" / path.name).write_bytes(path.read_bytes())
    times: list[int] = []
    one.on(Subject(lambda own: Written(**{"times": times, **said}), folder))


def planned(**changes: Any) -> Estimate:
    return replace(PLANNED, **changes)


ALLOWED: list[tuple[str, dict[str, Any]]] = [
    ("says-what-it-is", {}),
    ("says-what-it-is", {"whole": True, "served_by": frozenset()}),
    ("says-what-it-is", {"tasks": frozenset({"generation", "summarization"})}),
    ("plan-is-exact", {}),
    ("plan-is-exact", {"planned": planned(steps=13)}),
    ("plan-is-exact", {"planned": planned(total_parameters=1, memory=1, disk=1)}),
    ("plan-is-exact", {"planned": planned(steps=1, trainable_parameters=1), "losses": (1.0,), "trained": 1}),
    ("base-is-unchanged", {}),
    ("result-is-data", {"files": {"adapter_config.json": b"{}", "README.md": b"# a", "vocab.txt": b"a"}}),
    ("loss-falls", {}),
    ("loss-falls", {"losses": (1.0, 1.0, 9.0, 9.0, 9.0, 9.0, 0.8, 0.8)}),
    ("same-seed-same-result", {}),
    ("seed-decides", {}),
    ("progress-goes-on", {}),
    ("progress-goes-on", {"reports": ((0, 3), (1, 3), (1, 3), (3, 3))}),
    ("progress-goes-on", {"reports": ()}),
    ("merged-is-the-same", {"error": Unsupported("it cannot")}),
    ("other-parameters-refused", {"error": AdapterMismatch("a is missing")}),
    ("sends-nothing", {}),
    ("identity-is-text", {"said": {"a": "b"}}),
]


@pytest.mark.parametrize(("rule", "said"), ALLOWED)
def test_what_is_just_allowed_is_let_pass(rule: str, said: dict[str, Any], tmp_path: Path, tiny: Path) -> None:
    check(rule, tmp_path, tiny, **said)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("says-what-it-is", {"tasks": frozenset()}, "tasks are []"),
    ("says-what-it-is", {"tasks": frozenset({"classification", "poetry"})}, "tasks are ['classification', 'poetry']"),
    ("says-what-it-is", {"served_by": frozenset()}, "no chat plugin is named that can use the result"),
    ("says-what-it-is", {"served_by": (1,)}, "served_by is (1,)"),
    ("plan-is-exact", {"planned": planned(trainable_parameters=1234)}, "1,234 parameters are planned, and 10 trained"),
    ("plan-is-exact", {"planned": planned(total_parameters=0)}, "of 0 parameters 10 train"),
    ("plan-is-exact", {"planned": planned(trainable_parameters=0), "trained": 0}, "of 100 parameters 0 train"),
    ("plan-is-exact", {"planned": planned(steps=11)}, "11 steps are planned, 12 were made"),
    ("plan-is-exact", {"losses": ()}, "12 steps are planned, 0 were made"),
    ("plan-is-exact", {"planned": planned(memory=0)}, "it takes no memory, or no disk"),
    ("plan-is-exact", {"planned": planned(disk=0)}, "it takes no memory, or no disk"),
    ("base-is-unchanged", {"base": "config.json"}, "changed: config.json"),
    ("base-is-unchanged", {"base": "notes.json"}, "changed: notes.json"),
    ("result-is-data", {"outside": True}, "outside of the run's folder"),
    ("result-is-data", {"without": True, "files": {"a.json": b"{}"}}, "there are no safetensors"),
    ("result-is-data", {"files": {"code.py": b"pass"}}, "there is code.py"),
    ("result-is-data", {"files": {"a.json": b"\x80\x05."}}, "a.json is a pickle or an archive"),
    ("result-is-data", {"files": {"a.txt": b"PK\x03\x04"}}, "a.txt is a pickle or an archive"),
    ("loss-falls", {"losses": (*FALLING[:-1], float("nan"))}, "there is a NaN or an infinity"),
    ("loss-falls", {"losses": (float("inf"), *FALLING)}, "there is a NaN or an infinity"),
    ("loss-falls", {"losses": FALLING[:7]}, "7 losses are too few to see it fall"),
    ("loss-falls", {"losses": (1.0,) * 6 + (0.9,) * 2}, "from 1.000 in the first quarter of the steps to 0.900"),
    ("loss-falls", {"losses": (1.0, 1.0, 0.1, 0.1, 0.1, 0.1, 0.1, 2.0)}, "from 1.000 in the first quarter"),
    ("same-seed-same-result", {"by_seed": lambda seed, time: float(time)}, "the second time it was another result"),
    ("seed-decides", {"by_seed": lambda seed, time: 0.0}, "seeds 0 and 1 give the same"),
    ("progress-goes-on", {"reports": ((2, 3), (1, 3))}, "steps are [2, 1]"),
    ("progress-goes-on", {"reports": ((4, 3),)}, "a step is beyond the last"),
    ("progress-goes-on", {"reports": ((-1, 3),)}, "a step is beyond the last"),
    ("answers-as-trained", {}, "a right answer takes "),
    ("other-parameters-refused", {}, "it is taken"),
    ("merged-is-the-same", {}, "it merges, and says mergeable = False"),
    ("identity-is-text", {"said": {"a": 1}}, "it is {'a': 1}"),
    ("identity-is-text", {"said": {2: "b"}}, "it is {2: 'b'}"),
]


@pytest.mark.parametrize(("rule", "said", "message"), REFUSED)
def test_what_is_just_not_allowed_is_told(
    rule: str, said: dict[str, Any], message: str, tmp_path: Path, tiny: Path
) -> None:
    with violating(rule, message):
        check(rule, tmp_path, tiny, **said)


def test_losses_of_another_run_are_another_result(tmp_path: Path, tiny: Path) -> None:
    class Longer(Written):
        def tune(self, request: TuningRequest, progress: Callable[[TuningProgress], None]) -> TunedModel:
            done = super().tune(request, progress)
            return replace(done, losses=done.losses[: len(self.times) + 8])

    (one,) = (one for one in checks("tuner") if one.rule == "same-seed-same-result")
    times: list[int] = []
    with pytest.raises(Violation, match="the second time it was another result"):
        one.on(Subject(lambda own: Longer(times=times), tmp_path))


@pytest.mark.parametrize(
    ("rule", "said", "reason"),
    [
        ("outside-it-is-the-base", {"whole": True}, "the result is a whole model"),
        ("several-on-one-base", {"whole": True}, "the result is a whole model"),
        ("other-parameters-refused", {"whole": True}, "the result is a whole model"),
        ("only-its-own-parameters", {}, "it does not train with potluck's engine"),
        ("begins-as-the-base", {}, "it does not train with potluck's engine"),
    ],
)
def test_a_rule_that_is_not_about_such_tuners_does_not_apply(
    rule: str, said: dict[str, Any], reason: str, tmp_path: Path, tiny: Path
) -> None:
    with pytest.raises(Skipped, match=reason):
        check(rule, tmp_path, tiny, **said)


def test_the_examples_of_the_kit_are_of_two_labels_in_two_languages_no_two_alike() -> None:
    found = models.examples(8)

    assert [one.target for one in found] == ["fruit", "weather"] * 4
    assert len({one.messages[0].content for one in found}) == 8
    assert found[0].messages[0].content == "the red apple 0"
    assert found[6].messages[0].content == "紅色的蘋果 6"
    assert len(models.examples()) == 16


def test_the_kit_asks_for_a_classification_in_a_folder_that_is_there(tmp_path: Path) -> None:
    asked = models.request(tmp_path, tmp_path / "new" / "run", seed=3)
    models.request(tmp_path, tmp_path / "new" / "run")

    assert (asked.task, asked.seed, asked.labels) == ("classification", 3, ("fruit", "weather"))
    assert asked.folder.is_dir()
    assert (list(asked.training), list(asked.validation)) == (models.examples(), [])


def test_the_model_of_the_kit_is_small_the_same_for_a_seed_and_reads_any_text(tiny: Path, tmp_path: Path) -> None:
    import torch

    model, tokenizer = load_model(tiny, "float32"), load_tokenizer(tiny)
    again = load_model(models.tiny_model(tmp_path / "again"), "float32")
    other = load_model(models.tiny_model(tmp_path / "other", seed=1), "float32")

    text = "紅色的蘋果 🍎 and a blue sky"
    assert tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"]) == text
    said = tokenizer.apply_chat_template([{"role": "user", "content": "a"}], tokenize=False, add_generation_prompt=True)
    assert said == "<s>user\na</s>\n<s>assistant\n"
    assert sum(one.numel() for one in model.parameters()) < 100_000
    assert (len(model.model.layers), model.config.hidden_size) == (2, 32)
    assert model.config.vocab_size == len(tokenizer)
    first, same, another = (next(one.parameters()) for one in (model, again, other))
    assert torch.equal(first, same)
    assert not torch.equal(first, another)


def test_making_a_model_leaves_the_random_numbers_of_the_process_alone(tmp_path: Path) -> None:
    import torch

    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    models.tiny_model(tmp_path / "model")

    assert torch.equal(torch.rand(3), expected)
