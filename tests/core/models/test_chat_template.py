"""A chat template is a stranger's program: it writes what transformers lets it write, and nothing without end."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest

from potluck.documents import Message
from potluck.errors import TemplateFailed
from potluck.models import chat_template
from potluck.models.chat_template import render
from potluck.models.loading import load_tokenizer
from support.tuning import TEMPLATE, make_model

MESSAGES = [Message("system", "be short"), Message("user", "100% of 1234567? 你好"), Message("assistant", "yes"),
            Message("user", " and you ")]  # fmt: skip
ALL = "{% for m in messages %}{{ m['content'] }}{% endfor %}"


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return load_tokenizer(make_model(tmp_path_factory.mktemp("template") / "model"))


def rendered(tokenizer: Any, template: str) -> str:
    tokenizer.chat_template = template
    return render(MESSAGES, tokenizer, "a-model", answering=True)


@pytest.mark.parametrize(
    "template",
    [
        TEMPLATE,
        "{{ bos_token }}{% for m in messages %}\n  {% if m.role == 'user' %}\n{{ m.content | trim }}{{ eos_token }}"
        "{% else %}{{ m['content'] }}{% endif %}\n{% endfor %}",
        "{% macro say(m) %}[{{ m.role.upper() }}] {{ m.content.strip() }}{% endmacro %}"
        "{% for m in messages %}{{ say(m) }}\n{% if loop.last %}{% break %}{% endif %}{% endfor %}",
        "{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{{ ns.n }}{{ m | tojson }}"
        "{{ m.content }}{% endfor %}{% if add_generation_prompt %}A:{% endif %}",
        "{% for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}{{ tools }}{{ '-' * 20 }}"
        "{{ '%s!' % 'x' }}{{ '{:>8}'.format('y') }}{{ 'z' | center(9) }}{{ 2 ** 10 }}",
    ],
)
def test_a_template_writes_what_transformers_lets_it_write(tokenizer: Any, template: str) -> None:
    tokenizer.chat_template = template
    turns = [{"role": one.role, "content": one.content} for one in MESSAGES]
    for answering in (True, False):
        expected = tokenizer.apply_chat_template(turns, add_generation_prompt=answering, tokenize=False)
        assert render(MESSAGES, tokenizer, "a-model", answering=answering) == expected


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{% for a in range(9999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "does not come to an end"),
        ("{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}", "end within|writes more"),
        ("{% set ns = namespace(x='ab') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}", "builds"),
        ("{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}", "builds"),
        ("{% set x = 'ab' %}" + "{% set x = x ~ x %}" * 40, "builds"),
        ("{% set x = [1] %}" + "{% set x = x + x %}" * 40, "builds"),
        ("{% for a in range(9999) %}{{ 'x' * 9999 }}{% endfor %}", "writes more than"),
        ("{{ 'x' * 10000000000 }}", "without measure"),
        ("{{ 10 ** (10 ** 10) }}", "without measure"),
        ("{{ '%9999999999d' % 3 }}", "without measure"),
        ("{{ '%9999999999d' | format(3) }}", "fills texts"),
        ("{{ '{:>9999999999}'.format(3) }}", "fills texts"),
        ("{{ 'x' | center(9999999999) }}", "fills texts"),
        ("{{ 'x'.ljust(9999999999) }}", "fills texts"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "recurses more than 100 calls deep"),
        ("{{ raise_exception('Conversation roles must alternate') }}", "refuses .* roles must alternate"),
        ("{{ messages[9].content.strip() }}", "refuses"),
        ("{{ 1 / 0 }}", "refuses .* zero"),
        ("{% for m in messages %}", "refuses .* end of template"),
        ("{{ ''.__class__.__mro__ }}", "refuses .* unsafe"),
        ("Hello!", r"leaves out message 1 of 4 \(role system\)"),
        ("{{ messages[0].content }}{{ messages[-1].content }}", r"leaves out message 2 of 4 \(role user\)"),
    ],
)  # fmt: skip
def test_a_template_that_goes_wrong_is_one_error_that_names_the_model(
    tokenizer: Any, monkeypatch: pytest.MonkeyPatch, template: str, reason: str
) -> None:
    monkeypatch.setattr(chat_template, "SECONDS", 0.5)
    began = time.monotonic()
    with pytest.raises(TemplateFailed, match=f"a-model: its chat template.*{reason}"):
        rendered(tokenizer, template)
    assert time.monotonic() - began < 10
    assert rendered(tokenizer, ALL), "and the next one is rendered as ever"


def test_watching_a_template_leaves_a_debugger_as_it_was(tokenizer: Any) -> None:
    def debugger(*_: object) -> None:
        return None

    before = sys.gettrace()
    sys.settrace(debugger)
    try:
        rendered(tokenizer, ALL)
        assert sys.gettrace() is debugger
    finally:
        sys.settrace(before)


def test_what_the_assistant_said_before_may_be_left_out(tokenizer: Any) -> None:
    template = "{% for m in messages if m.role != 'assistant' %}{{ m.content }}|{% endfor %}"
    assert "yes" not in rendered(tokenizer, template)


def test_training_and_answering_meet_the_error_by_name(tmp_path: Path) -> None:
    from potluck.tuning.encode import encode_example
    from support.tuning import colours

    model = make_model(tmp_path / "model", template="{{ raise_exception('no') }}")
    with pytest.raises(TemplateFailed, match="refuses these messages: no"):
        encode_example(colours(1)[0], load_tokenizer(model))
