"""A Modelfile asks as the model was tuned: its template writes what the model's own template writes.

Modules: ``potluck.adapters.modelfile``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tokenizers.processors import TemplateProcessing

from potluck.adapters.modelfile import modelfile, turn_texts
from potluck.contracts import ChatOptions
from potluck.datasets.wording import TaskWording
from potluck.documents import Message
from potluck.models.loading import load_tokenizer
from potluck.models.rendering import render_prompt
from potluck.recipe.prompt_template import PromptTemplate
from support.modelfiles import Modelfile, read_modelfile, render_turn
from support.tuning import TEMPLATE, make_model

CHATML = (
    "{% for m in messages %}{% if loop.first and m['role'] != 'system' %}<|im_start|>system\nYou help.<|im_end|>\n"
    "{% endif %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
LLAMA = (
    "{{ bos_token }}{% for m in messages %}<|h|>{{ m['role'] }}<|e|>\n\n{{ m['content'] | trim }}<|eot|>{% endfor %}"
    "{% if add_generation_prompt %}<|h|>assistant<|e|>\n\n{% endif %}"
)
COUNTING = "{% for m in messages %}[{{ loop.index }}] {{ m['content'] }}\n{% endfor %}"
NO_SYSTEM = "{{ raise_exception('no system') if messages[0]['role'] == 'system' }}{{ messages[0]['content'] }}"
LONG = CHATML + "{% if messages | length > 3 %}And so on.{% endif %}"
ANY = TaskWording(PromptTemplate("{text}"))


def written(tmp_path: Path, template: str | None, wording: TaskWording = ANY, **options: Any) -> tuple[Any, Modelfile]:
    tokenizer = load_tokenizer(make_model(tmp_path / "model"))
    tokenizer.chat_template = template
    if template == LLAMA:  # whose tokenizer begins every text with it
        tokenizer.backend_tokenizer.post_processor = TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    (tmp_path / "tuned.gguf").touch()
    said = modelfile("tuned.gguf", turn_texts(tokenizer, "model"), wording, ChatOptions(**options), "apache-2.0")
    (tmp_path / "tuned.Modelfile").write_text(said, encoding="utf-8")
    return tokenizer, read_modelfile(tmp_path / "tuned.Modelfile")


@pytest.mark.parametrize("template", [TEMPLATE, CHATML, LLAMA, None], ids=["marks", "chatml", "llama", "none"])
@pytest.mark.parametrize("system", ["", "簡短回答"])
def test_its_template_writes_what_the_model_was_tuned_on(template: str | None, system: str, tmp_path: Path) -> None:
    tokenizer, found = written(tmp_path, template)
    asked = [*([Message("system", system)] if system else []), Message("user", "天空 {{ .Prompt }}？")]

    _, expected = render_prompt(asked, tokenizer, "model")
    shown = render_turn(found.texts["TEMPLATE"], system or found.texts.get("SYSTEM", ""), asked[-1].content)
    assert shown == expected.removeprefix("<s>" if template == LLAMA else "")
    assert found.base == (tmp_path / "tuned.gguf").resolve()
    assert found.texts["LICENSE"] == "apache-2.0"


def test_the_models_own_system_message_and_end_of_a_turn_are_named(tmp_path: Path) -> None:
    _, found = written(tmp_path, CHATML, temperature=0.5, max_tokens=64, top_p=0.9, seed=7, stop=('"\n', "停"))

    assert found.texts["SYSTEM"] == "You help."
    assert found.parameters == {
        "temperature": [0.5], "num_predict": [64], "top_p": [0.9], "seed": [7], "stop": ['"\n', "停", "<|im_end|>"],
    }  # fmt: skip


def test_the_wording_of_a_prompt_with_one_field_stands_around_what_is_asked(tmp_path: Path) -> None:
    _, found = written(tmp_path, CHATML, TaskWording(PromptTemplate("\n這是垃圾訊息嗎？ {{是}}\n{prompt} 。\n")))

    assert render_turn(found.texts["TEMPLATE"], "", "中獎").startswith(
        "<|im_start|>user\n這是垃圾訊息嗎？ {是}\n中獎 。<|im_end|>\n"
    )


def test_a_prompt_with_several_fields_is_shown_to_whoever_asks(tmp_path: Path) -> None:
    written(tmp_path, CHATML, TaskWording(PromptTemplate("{premise}\n所以 {hypothesis}")))

    said = (tmp_path / "tuned.Modelfile").read_text(encoding="utf-8")
    assert "# It was tuned on prompts of this form; write them so:\n# {premise}\n# 所以 {hypothesis}\n" in said
    assert "<|im_start|>user\n{{ .Prompt }}<|im_end|>" in said


@pytest.mark.parametrize("template", [COUNTING, NO_SYSTEM, LONG, 'x"""{{ messages[0]["content"] }}'])
def test_a_template_that_is_not_a_sequence_of_turns_is_left_to_ollama(template: str, tmp_path: Path) -> None:
    _, found = written(tmp_path, template, TaskWording(PromptTemplate("哪一類？{prompt}")))

    assert "TEMPLATE" not in found.texts
    assert "# 哪一類？{prompt}" in (tmp_path / "tuned.Modelfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("wording", ["{{{{ .Prompt }}}} {text}", 'quotes """ {text}'])
def test_a_wording_that_go_or_ollama_would_read_as_its_own_is_not_put_into_the_template(
    wording: str, tmp_path: Path
) -> None:
    _, found = written(tmp_path, CHATML, TaskWording(PromptTemplate(wording)))

    assert "TEMPLATE" not in found.texts


@pytest.mark.parametrize(
    ("template", "wording", "shown"),
    [
        (CHATML, "哪一類？{text}", False),
        (CHATML, "{text}", False),
        (COUNTING, "{text}", False),
        (COUNTING, "問：{text}", True),
    ],
)
def test_the_form_of_prompts_is_shown_where_no_template_writes_it(
    template: str, wording: str, shown: bool, tmp_path: Path
) -> None:
    written(tmp_path, template, TaskWording(PromptTemplate(wording)))

    said = (tmp_path / "tuned.Modelfile").read_text(encoding="utf-8")
    assert ("It was tuned on prompts of this form" in said) is shown
