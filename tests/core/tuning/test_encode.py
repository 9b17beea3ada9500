"""From examples to tokens.

Modules: ``potluck.tuning.encode``, ``potluck.tuning.padded_batches``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from potluck.documents import Example, Message, ToolCall
from potluck.errors import ModelError, TemplateFailed, TooLong
from potluck.models.loading import load_tokenizer
from potluck.tuning.encode import Encoded, Encoding, _cut, encode, encode_example, encode_for_head
from support.tuning import make_model

EXAMPLES = [
    Example((Message("user", "the red apple"),), "fruit"),
    Example((Message("system", "請回答"), Message("user", "藍色的天空")), "天氣，晴"),
    Example((Message("user", "a"), Message("assistant", "b"), Message("user", "紅色")), "red"),
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_text_is_that_of_the_template_and_the_loss_is_about_the_last_answer_alone(
    model: Path, example: Example
) -> None:
    tokenizer = load_tokenizer(model)
    one = encode_example(example, tokenizer)
    turns = [{"role": m.role, "content": m.content} for m in example.messages]
    whole = tokenizer.apply_chat_template([*turns, {"role": "assistant", "content": example.target}], tokenize=False)
    prompt = tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)
    assert whole.startswith(tokenizer.decode(one.ids))
    assert tokenizer.decode(one.ids[: one.start]) == prompt
    assert tokenizer.decode(one.ids[one.start :]) == example.target + tokenizer.eos_token


def test_without_a_template_the_prompt_stands_as_it_is_and_the_text_ends(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(make_model(tmp_path / "plain", template=None))
    one = encode_example(Example((Message("system", "s"), Message("user", "紅色的蘋果 ->")), " fruit"), tokenizer)
    assert tokenizer.decode(one.ids) == "s\n\n紅色的蘋果 -> fruit</s>"
    assert tokenizer.decode(one.ids[one.start :]) == " fruit</s>"


def test_an_answer_that_the_template_would_write_in_other_words_is_learned_as_it_is(tmp_path: Path) -> None:
    """Some templates take the thoughts out of an answer, or the blanks around it."""
    template = "{% for m in messages %}<s>{{ m.content | trim }}</s>{% endfor %}"
    tokenizer = load_tokenizer(make_model(tmp_path / "model", template=template))
    one = encode_example(Example((Message("user", "紅色的蘋果"),), " fruit "), tokenizer)
    assert tokenizer.decode(one.ids[one.start :]) == " fruit </s>"


def test_plain_text_is_learned_from_its_second_token_to_its_end(model: Path) -> None:
    tokenizer = load_tokenizer(model)
    one = encode_example(Example((), "藍色的天空"), tokenizer)
    assert one.start == 1
    assert tokenizer.decode(one.ids) == "藍色的天空</s>"


def test_a_longer_example_is_an_error_that_names_it(model: Path) -> None:
    tokenizer = load_tokenizer(model)
    longest = len(encode_example(EXAMPLES[2], tokenizer).ids)
    with pytest.raises(TooLong, match=r"1 of 3 examples .* number 3 with"):
        encode([EXAMPLES[0], EXAMPLES[0], EXAMPLES[2]], tokenizer, longest - 1)


@pytest.mark.parametrize(("count", "more"), [(5, ""), (6, ", ...")])
def test_the_first_five_longer_examples_are_named(count: int, more: str, model: Path) -> None:
    tokenizer = load_tokenizer(model)
    tokens = len(encode_example(EXAMPLES[0], tokenizer).ids)
    listed = ", ".join(f"number {number} with {tokens}" for number in range(1, 6))
    with pytest.raises(TooLong) as raised:
        encode(EXAMPLES[:1] * count, tokenizer, 2)
    assert f"tokens that are read: {listed}{more}. Raise" in str(raised.value)


def test_by_consent_it_is_left_out_or_the_beginning_of_its_prompt_cut_and_said_so(model: Path) -> None:
    tokenizer = load_tokenizer(model)
    whole = encode_example(EXAMPLES[0], tokenizer)
    limit = len(whole.ids) - 3
    dropped, cut = (encode(EXAMPLES[:1], tokenizer, limit, fit) for fit in ("drop", "cut"))
    assert (dropped.examples, dropped.dropped) == ([], [0])
    assert dropped.notes == ("1 example too long, left out: number 1",)
    assert cut.examples[0].ids == whole.ids[3:]
    assert cut.examples[0].ids[cut.examples[0].start :] == whole.ids[whole.start :]
    assert cut.notes == ("1 example too long, the beginning of the prompt cut: number 1",)


def test_an_answer_that_does_not_fit_by_itself_is_left_out_even_where_cutting_is_allowed(model: Path) -> None:
    tokenizer = load_tokenizer(model)
    found = encode(EXAMPLES[:1], tokenizer, 2, "cut")
    assert (found.examples, found.dropped, found.cut) == ([], [0], [])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(limit=st.integers(8, 40))
def test_a_long_text_is_learned_in_parts_by_consent_each_token_once(model: Path, limit: int) -> None:
    tokenizer = load_tokenizer(model)
    text = Example((), "the red apple and 藍色的天空 " * 6)
    whole = encode_example(text, tokenizer)
    found = encode([text], tokenizer, limit, "split")
    assert all(len(one.ids) <= limit for one in found.examples)
    assert [token for one in found.examples for token in one.ids[one.start :]] == list(whole.ids[1:])
    assert found.split == ([0] if len(whole.ids) > limit else [])
    assert ("learned in parts: number 1" in " ".join(found.notes)) == bool(found.split)


def test_an_answer_is_not_split(model: Path) -> None:
    with pytest.raises(TooLong, match="split"):
        encode(EXAMPLES[:1], load_tokenizer(model), 8, "split")


QWEN = r"""{%- if tools %}<|im_start|>system
# Tools
<tools>{% for tool in tools %}
{{ tool | tojson }}{% endfor %}
</tools><|im_end|>
{% endif %}{% for m in messages %}{% if m.role == "tool" %}<|im_start|>user
<tool_response>
{{ m.content }}
</tool_response><|im_end|>
{% elif m.tool_calls %}<|im_start|>{{ m.role }}{% if m.content %}
{{ m.content }}{% endif %}{% for call in m.tool_calls %}{{ "\n<tool_call>" }}
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>{% endfor %}</s>
{% else %}<|im_start|>{{ m.role }}
{{ m.content }}</s>
{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
"""How Qwen 2.5 writes tools, calls and results."""

TOOL = {"type": "function", "function": {"name": "查天氣", "parameters": {"type": "object"}}}
CALLING = Message("assistant", "", calls=(ToolCall("查天氣", {"城市": "臺北"}),))
ASKED = Message("user", "臺北熱嗎？", tools=(TOOL,))


def test_a_call_of_a_function_is_learned_as_the_template_writes_it(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(make_model(tmp_path / "model", template=QWEN))

    one = encode_example(Example((ASKED,), "for people", CALLING), tokenizer)

    assert '{"type": "function", "function": {"name": "查天氣"' in tokenizer.decode(one.ids[: one.start])
    assert tokenizer.decode(one.ids[one.start :]) == (
        '<tool_call>\n{"name": "查天氣", "arguments": {"城市": "臺北"}}\n</tool_call></s>'
    )


def test_the_result_of_a_call_is_part_of_the_prompt(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(make_model(tmp_path / "model", template=QWEN))

    one = encode_example(Example((ASKED, CALLING, Message("tool", "31")), "三十一度。"), tokenizer)

    assert "<tool_response>\n31\n</tool_response>" in tokenizer.decode(one.ids[: one.start])
    assert tokenizer.decode(one.ids[one.start :]) == "三十一度。</s>"


@pytest.mark.parametrize("example", [Example((ASKED,), "", CALLING), Example((ASKED,), "answer")])
def test_tools_that_a_template_does_not_write_are_an_error(model: Path, example: Example) -> None:
    with pytest.raises(TemplateFailed, match=r"its chat template writes no functions \(查天氣\)"):
        encode_example(example, load_tokenizer(model))


@pytest.mark.parametrize(
    "example",
    [Example((ASKED,), "x"), Example((Message("user", "a"),), "x", CALLING), Example((Message("tool", "3"),), "x")],
)
def test_tools_without_a_template_are_an_error(example: Example, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(make_model(tmp_path / "plain", template=None))

    with pytest.raises(ModelError, match="no chat template that writes calls of functions"):
        encode_example(example, tokenizer)


def test_the_loss_is_about_what_stands_behind_the_start_or_about_the_answer() -> None:
    inside, apart = Encoded((5, 6, 7, 8), 2), Encoded((5, 6, 7, 8), 2, (9, 3, 4))

    assert (inside.first, inside.target_count) == (7, 2)
    assert (apart.first, apart.target_count) == (9, 3)


@pytest.mark.parametrize(
    ("one", "limit", "shorter"),
    [
        (Encoded((1, 2, 3, 4), 2), 3, Encoded((2, 3, 4), 1)),
        (Encoded((1, 2, 3, 4), 2), 2, None),
        (Encoded((0, 2, 3, 7, 9), 3, (8,)), 4, Encoded((0, 3, 7, 9), 2, (8,))),
        (Encoded((0, 2, 3, 7, 9), 3, (8,)), 3, None),
        (Encoded((0, 2, 3, 4, 9), 0, (8,)), 3, Encoded((0, 4, 9), 0, (8,))),
        (Encoded((0, 2, 3, 4, 9), 0, (8,)), 2, Encoded((0, 9), 0, (8,))),
        (Encoded((0, 2, 3, 4, 9), 0, (8,)), 1, None),
    ],
)
def test_the_beginning_of_a_prompt_is_cut_but_no_mark_at_its_ends(
    one: Encoded, limit: int, shorter: Encoded | None
) -> None:
    assert _cut(one, limit) == shorter


def test_what_is_lost_is_told_by_the_numbers_of_the_first_five() -> None:
    many = Encoding(dropped=[0, 3], cut=[*range(5)], split=[*range(1200)])

    assert many.notes == (
        "2 examples too long, left out: number 1, 4",
        "5 examples too long, the beginning of the prompt cut: number 1, 2, 3, 4, 5",
        "1,200 examples too long, learned in parts: number 1, 2, 3, 4, 5, ...",
    )
    assert Encoding().notes == ()


def test_an_example_as_long_as_the_limit_is_learned_whole(model: Path) -> None:
    tokenizer = load_tokenizer(model)
    whole = encode_example(EXAMPLES[0], tokenizer)
    for limit in (len(whole.ids), None):
        assert encode(EXAMPLES[:1], tokenizer, limit) == Encoding([whole])


def test_a_text_without_a_token_cannot_be_learned(model: Path) -> None:
    tokenizer = load_tokenizer(model)

    with pytest.raises(ModelError, match="an example without a text cannot be learned"):
        encode_example(Example((), ""), tokenizer)
    assert len(encode_example(Example((), "a"), tokenizer).ids) == 2


@pytest.mark.parametrize("kind", ["masked", "seq2seq"])
def test_a_model_that_fills_in_or_answers_needs_something_to_read(kind: Any, model: Path) -> None:
    with pytest.raises(ModelError, match="such a model learns answers: name the field that is the input"):
        encode_example(Example((), "text"), load_tokenizer(model), kind)


def test_a_head_reads_the_whole_prompt_and_names_the_number_of_its_label(model: Path) -> None:
    tokenizer, labels = load_tokenizer(model), ("meat", "fruit")
    plain, found = encode_example(EXAMPLES[0], tokenizer), encode_for_head(EXAMPLES[0], tokenizer, "causal", labels)

    assert (found.ids, found.start, found.answer) == (plain.ids[: plain.start], plain.start, (1,))
    assert encode(EXAMPLES[:1], tokenizer, None, labels=labels).examples == [found]
