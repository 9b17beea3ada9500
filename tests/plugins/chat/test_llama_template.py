"""A GGUF file's chat template is a stranger's program: llama.cpp, which knows no limits, runs none that has no end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("gguf")
pytest.importorskip("xllamacpp")

from potluck.contracts import Context
from potluck.documents import Message
from potluck.errors import TemplateFailed
from potluck.model_sources.model_store import ModelStore
from potluck.models import chat_template
from potluck_plugins.chat.llama_cpp import LlamaCpp, LlamaCppConfig
from support.tiny_gguf import tiny_gguf

MESSAGES = [Message("system", "be short"), Message("user", "紅色的蘋果?")]
TURNS = "{% for m in messages %}<s>{{ m.role }}\n{{ m.content }}</s>{% endfor %}"
WITHOUT_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + TURNS
ENDLESS = "{% for a in range(9999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
USES: dict[str, Callable[[LlamaCpp], Any]] = {
    "load": lambda chat: chat.prepare(),
    "count": lambda chat: chat.count_tokens(MESSAGES),
    "answer": lambda chat: chat.chat(MESSAGES, chat._config),
    "likelihoods": lambda chat: chat.likelihoods(MESSAGES, ["fruit"]),
}


@contextmanager
def made(folder: Path, template: str) -> Iterator[LlamaCpp]:
    path = tiny_gguf(folder, template=template)
    config = LlamaCppConfig(model=str(path), max_tokens=2, context=256, threads=1)
    chat = LlamaCpp(config, Context(folder, folder, ModelStore(folder), seed=3))
    try:
        yield chat
    finally:
        chat.close()


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (ENDLESS + TURNS, "does not come to an end"),
        ("{% if tools %}" + ENDLESS + "{% endif %}" + TURNS, "does not come to an end"),
        ("{% set ns = namespace(x='ab') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}", "builds"),
        ("{% for a in range(9999) %}{{ 'x' * 9999 }}{% endfor %}", "writes more than"),
        ("{{ 'x' * 10000000000 }}", "without measure"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "recurses more than 100 calls deep"),
        ("{{ raise_exception('never') }}", "refuses .* never"),
        ("{% for m in messages %}", "refuses .* end of template"),
    ],
)
def test_a_template_that_goes_wrong_is_an_error_by_name_before_llama_cpp_runs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: str, reason: str
) -> None:
    monkeypatch.setattr(chat_template, "SECONDS", 0.5)
    began = time.monotonic()
    with made(tmp_path, template) as chat:
        for use in USES.values():
            with pytest.raises(TemplateFailed, match=rf"model\.gguf: its chat template.*{reason}"):
                use(chat)
    assert time.monotonic() - began < 30


@pytest.mark.timeout(60)
@pytest.mark.parametrize("use", ["count", "answer", "likelihoods"])
def test_so_is_one_that_goes_wrong_with_these_messages_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, use: str
) -> None:
    monkeypatch.setattr(chat_template, "SECONDS", 0.5)
    bomb = "{% if '蘋果' in messages[-1].content %}" + ENDLESS + "{% endif %}" + TURNS
    with made(tmp_path, bomb) as chat:
        with pytest.raises(TemplateFailed, match="does not come to an end"):
            USES[use](chat)
        assert chat.count_tokens([Message("user", "fruit")]) > 0, "others are answered as ever"


def test_a_template_that_leaves_out_what_the_user_says_is_an_error(tmp_path: Path) -> None:
    with made(tmp_path, "{{ messages[0].content }}") as chat:
        chat.prepare()
        with pytest.raises(TemplateFailed, match=r"leaves out message 2 of 2 \(role user\)"):
            chat.chat(MESSAGES, chat._config)


@pytest.mark.parametrize("template", [TURNS, WITHOUT_SYSTEM])
def test_what_llama_cpp_makes_of_other_templates_is_as_before(tmp_path: Path, template: str) -> None:
    with made(tmp_path, template) as chat:
        for use in USES.values():
            use(chat)
        text = chat._render(MESSAGES)
    assert text.index("be short") < text.index("紅色的蘋果?")
    assert text.startswith("<s>user" if template == WITHOUT_SYSTEM else "<s>system")


def test_a_file_that_ends_within_its_metadata_is_left_to_llama_cpp(tmp_path: Path) -> None:
    from potluck_plugins.chat._shared.llama_template import Templates

    content = tiny_gguf(tmp_path).read_bytes()
    for length in (0, 3, 4, 20, 24, 30, 200, 2000):
        (tmp_path / "cut.gguf").write_bytes(content[:length])
        Templates(tmp_path / "cut.gguf", "cut").check()
