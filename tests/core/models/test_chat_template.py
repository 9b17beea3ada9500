"""A chat template is a stranger's program: it writes what transformers lets it write, and nothing without end.

Modules: ``potluck.models.chat_template``.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from potluck.documents import Message, ToolCall
from potluck.errors import TemplateFailed
from potluck.models import chat_template
from potluck.models.chat_template import CHARACTERS, DEPTH, check_limits, check_whole, render
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


HUGE = 1 << 64


@pytest.mark.parametrize(
    ("operator", "left", "right", "explodes"),
    [
        ("*", "ab", CHARACTERS // 2, False),
        ("*", "ab", CHARACTERS // 2 + 1, True),
        ("*", CHARACTERS // 2 + 1, "ab", True),
        ("*", [1, 2], CHARACTERS // 2, False),
        ("*", (1, 2), CHARACTERS // 2 + 1, True),
        ("*", "a", -CHARACTERS - 1, True),
        ("*", "", 10**9, True),
        ("*", "a", 0, False),
        ("*", 0.5, 4, False),
        ("*", 10**9, 10**9, False),
        ("**", 2, 64, False),
        ("**", 2, 65, True),
        ("**", 2, -64, False),
        ("**", 2, -65, True),
        ("**", HUGE, 2, False),
        ("**", HUGE + 1, 2, True),
        ("**", -HUGE - 1, 2, True),
        ("**", 2.0, 2, True),
        ("**", 2, 2.0, True),
        ("%", "%99999d", 3, False),
        ("%", "%100000d", 3, True),
        ("%", "%.100000f", 3, True),
        ("%", 7, 3, False),
    ],
)
def test_an_operator_explodes_beyond_a_million_parts(operator: str, left: Any, right: Any, explodes: bool) -> None:
    assert chat_template._explodes(operator, left, right) is explodes


@pytest.mark.parametrize(
    ("values", "form", "refused"),
    [
        ((CHARACTERS,), "", False),
        ((CHARACTERS + 1,), "", True),
        ((-CHARACTERS - 1,), "", True),
        (("x", 3, CHARACTERS + 1), "", True),
        ((float(CHARACTERS) * 9, "9999999"), "", False),
        ((), "{:>99999}", False),
        ((), "{:>100000}", True),
        ((), 1000000, False),
    ],
)
def test_a_text_is_filled_up_to_a_million_characters(values: Any, form: Any, refused: bool) -> None:
    if refused:
        with pytest.raises(Exception, match="fills texts up to more than 1,000,000 characters"):
            chat_template._check_numbers(values, form)
    else:
        chat_template._check_numbers(values, form)


def spoken(template: str, **known: Any) -> str:
    return chat_template._generate(template, {"messages": [], **known})


def test_what_is_empty_may_be_repeated() -> None:
    assert spoken("{{ '' * 3 }}{{ '-' * 0 }}|") == "|"


NESTED = "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{% else %}x{% endif %}{% endmacro %}"


def test_macros_may_call_each_other_a_hundred_deep_and_one_after_the_other_as_often_as_they_like() -> None:
    deepest = DEPTH - 2  # the template itself, and the macro that calls none
    assert spoken(NESTED + f"{{{{ f({deepest}) }}}}") == "x"
    with pytest.raises(Exception, match="recurses more than 100 calls deep"):
        spoken(NESTED + f"{{{{ f({deepest + 1}) }}}}")
    assert spoken(NESTED + "{% for n in range(300) %}{{ f(0) }}{% endfor %}") == "x" * 300


def test_a_template_may_write_a_million_characters_and_ten_times_the_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_template, "CHARACTERS", 100)
    messages = [{"content": "12345"}, {"role": "tool"}]
    lines = "{% for n in many %}{% for n in many[:10] %}-{% endfor %}{% endfor %}"

    assert len(spoken(lines, messages=messages, many="x" * 15)) == 150
    with pytest.raises(Exception, match="writes more than 150 characters"):
        spoken(lines + "-", messages=messages, many="x" * 15)


@pytest.mark.parametrize("part", ["'x'", "['x']"])
def test_a_template_may_build_texts_and_lists_as_long_as_what_it_may_write(
    monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(chat_template, "CHARACTERS", 100)

    assert spoken(f"{{% set x = {part} * 50 + {part} * 50 %}}y{{{{ 1 }}}}") == "y1"
    with pytest.raises(Exception, match="builds texts or lists of more than 100 parts"):
        spoken(f"{{% set x = {part} * 50 + {part} * 51 %}}y{{{{ 1 }}}}")


def test_templates_have_what_transformers_gives_them() -> None:
    assert spoken("{{ {'文': [1]} | tojson }}") == '{"文": [1]}'
    assert spoken("{{ ['a'] | tojson(indent=2) }}") == '[\n  "a"\n]'
    assert spoken("{{ strftime_now('%Y') }}").isdigit()
    assert spoken("  {% if true %}\nx\n  {% endif %}\n") == "x\n"


TOOL = {"type": "function", "function": {"name": "查天氣", "parameters": {}}}
CALLED = [
    Message("user", "熱嗎？", tools=(TOOL,)),
    Message("assistant", "", calls=(ToolCall("查天氣", {"city": "臺北"}, "c1"),)),
    Message("tool", "31", call_id="c1", name="查天氣"),
]


def test_a_template_is_given_tools_calls_and_results(tokenizer: Any) -> None:
    tokenizer.chat_template = "{{ tools | tojson }}{% for m in messages %}@{{ m | tojson }}{% endfor %}"

    tools, *turns = render(CALLED, tokenizer, "a-model", answering=True).split("@")

    assert json.loads(tools) == [TOOL]
    call = {"type": "function", "id": "c1", "function": {"name": "查天氣", "arguments": {"city": "臺北"}}}
    assert [json.loads(turn) for turn in turns] == [
        {"role": "user", "content": "熱嗎？"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "content": "31", "tool_call_id": "c1", "name": "查天氣"},
    ]


def test_a_conversation_without_tools_has_none(tokenizer: Any) -> None:
    tokenizer.chat_template = "{{ tools }} {{ documents }} {% for m in messages %}{{ m.content }}{% endfor %}"

    assert render(MESSAGES[:1], tokenizer, "a-model", answering=False) == "None None be short"


@pytest.mark.parametrize(
    "template",
    ["{% for m in messages %}{{ m.content }}{% endfor %}", "{{ tools | tojson }}{{ messages[0].content }}31"],
)
def test_functions_that_a_template_leaves_out_are_told(tokenizer: Any, template: str) -> None:
    tokenizer.chat_template = template
    called = [CALLED[0], Message("assistant", "", calls=(ToolCall("other", {}),)), CALLED[2]]
    lost = "other" if "tools" in template else "other, 查天氣"

    with pytest.raises(TemplateFailed, match=rf"a-model: its chat template writes no functions \({lost}\): take"):
        render(called, tokenizer, "a-model", answering=True)


def test_a_bare_description_of_a_function_is_looked_for_too() -> None:
    tools = ({"name": "f"}, {"type": "function", "function": "g"})
    with pytest.raises(TemplateFailed, match=r"writes no functions \(f\)"):
        check_whole([Message("user", "a", tools=tools)], "a", "m")
    check_whole([Message("user", "a b", tools=tools)], "a\nb f", "m")


def test_a_template_for_another_engine_has_to_take_one_of_the_conversations() -> None:
    good: dict[str, Any] = {"messages": [{"content": "a"}], "n": 1}
    bad = {**good, "n": 0}
    refusing = "{{ raise_exception('n is ' ~ n) if n == 0 }}{{ 1 / n }}"

    check_limits(refusing, [good], "m")
    check_limits(refusing, [bad, good], "m")
    check_limits(refusing, [good, bad], "m")
    check_limits(refusing, [], "m")
    with pytest.raises(TemplateFailed, match="m: its chat template refuses these messages: n is 0"):
        check_limits(refusing, [bad, {**bad, "n": None}], "m")


@pytest.mark.parametrize("template", ["{% for %}", "{{ 'x' * 99999999 if n == 0 }}x"])
def test_one_that_is_malformed_or_without_measure_is_refused_whatever_it_does_with_others(template: str) -> None:
    asked: list[dict[str, Any]] = [{"messages": [], "n": 1}, {"messages": [], "n": 0}]

    with pytest.raises(TemplateFailed, match="m: its chat template"):
        check_limits(template, asked, "m")
