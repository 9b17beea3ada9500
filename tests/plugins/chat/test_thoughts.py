"""Thoughts are told from answers, however they are marked and wherever a text is cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.documents import Finish
from potluck_plugins.chat._shared.finishes import finish_of, is_broken
from potluck_plugins.chat._shared.parts import parts_of
from potluck_plugins.chat._shared.thoughts import (
    MARKS,
    Habit,
    Thinking,
    is_known_to_be_plain,
    is_mark,
    opens_thoughts,
)

THOUGHT = "The user asks for the pump; maybe room 9. 想一想：第九室？"
ANSWER = "The pump stands in room 7. 泵在第七室。"


def told(text: str, pieces: list[int], *, opened: bool = False, unmarked: bool = False) -> tuple[str, str, list[str]]:
    """What comes of a text that is cut at some places: thoughts, answer, and what was handed on."""
    thinking, cuts = Thinking(opened=opened, unmarked=unmarked), [0, *sorted(pieces), len(text)]
    handed = [thinking.update(text[a:b]) for a, b in pairwise(cuts)]
    handed.append(thinking.rest())
    return thinking.thoughts, thinking.answer, handed


cuts = st.lists(st.integers(0, 120), max_size=12)


@given(cuts, st.sampled_from([*MARKS]), st.booleans(), st.sampled_from(["", "\n", " "]))
def test_marked_thoughts_are_kept_apart_wherever_the_text_is_cut(
    pieces: list[int], mark: str, unmarked: bool, before: str
) -> None:
    text = f"{before}{mark}\n{THOUGHT}\n{MARKS[mark]}\n\n{ANSWER}"

    thoughts, answer, handed = told(text, [piece for piece in pieces if piece < len(text)], unmarked=unmarked)

    assert (thoughts, answer) == (THOUGHT, ANSWER)
    assert "".join(handed) == ANSWER


@given(
    cuts, st.sampled_from([mark for mark in MARKS if "channel" not in mark]), st.sampled_from(["marked", "opened", ""])
)
def test_thoughts_within_thoughts_are_kept_apart_to_their_outer_end(pieces: list[int], mark: str, begun: str) -> None:
    close = MARKS[mark]
    text = f"{mark if begun == 'marked' else ''}a{mark}b{close}c{mark}d{mark}88{close}{close} e{close}{ANSWER}"

    thoughts, answer, handed = told(
        text, [piece for piece in pieces if piece < len(text)], opened=begun == "opened", unmarked=not begun
    )

    assert (answer, "".join(handed)) == (ANSWER, ANSWER)
    assert thoughts.endswith("e")


@given(cuts, st.sampled_from(["<think> begins it.", "`<think>` begins it."]))
def test_a_mark_that_is_only_a_word_of_the_thoughts_costs_no_answer(pieces: list[int], words: str) -> None:
    text = f"<think>{words} 想一想</think>{ANSWER}"

    thoughts, answer, handed = told(text, [piece for piece in pieces if piece < len(text)])

    assert (thoughts, answer, "".join(handed)) == (f"{words} 想一想", ANSWER, ANSWER)


@given(cuts, st.sampled_from([*MARKS.values()]), st.booleans())
def test_thoughts_that_only_end_with_a_mark_are_kept_apart(pieces: list[int], mark: str, opened: bool) -> None:
    text = f"{THOUGHT}\n{mark}\n\n{ANSWER}"

    thoughts, answer, handed = told(
        text, [piece for piece in pieces if piece < len(text)], opened=opened, unmarked=not opened
    )

    assert (thoughts, answer, "".join(handed)) == (THOUGHT, ANSWER, ANSWER)


@given(cuts, st.text(alphabet="ab <>/think`泵。\n", max_size=60), st.booleans())
def test_a_text_without_thoughts_is_the_answer_to_the_letter(pieces: list[int], text: str, unmarked: bool) -> None:
    if "think>" in text:
        text = text.replace("think>", "")

    thoughts, answer, handed = told(text, [piece for piece in pieces if piece < len(text)], unmarked=unmarked)

    assert (thoughts, answer, "".join(handed)) == ("", text, text)


@pytest.mark.parametrize(
    ("text", "thoughts", "answer"),
    [
        ("<THINK>a</Think>b", "a", "b"),
        ("<think>\n\n</think>\n\nb", "", "b"),
        ("<think>a</think><think>c</think>b", "a\n\nc", "b"),
        ("<think>a", "a", ""),
        ("<think>a</think>", "a", ""),
        ("<thi", "", "<thi"),
        ("Write `</think>` behind it.", "", "Write `</think>` behind it."),
        ("標記是「</think>」。", "", "標記是「</think>」。"),
        ("An answer with <think> in it", "", "An answer with <think> in it"),
        ("<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b", "a", "b"),
    ],
)
def test_what_is_thought_and_what_is_said(text: str, thoughts: str, answer: str) -> None:
    for unmarked in (False, True):
        assert told(text, [], unmarked=unmarked)[:2] == (thoughts, answer)


def test_text_is_handed_on_as_it_comes_once_it_cannot_be_thoughts() -> None:
    plain, marked, doubtful = Thinking(), Thinking(unmarked=True), Thinking(unmarked=True)

    assert [plain.update("Ro"), plain.update("om 7")] == ["Ro", "om 7"]
    assert [marked.update("<think>x</think>"), marked.update("\nRo"), marked.update("om 7 ")] == ["", "Ro", "om 7 "]
    assert [doubtful.update("Ro"), doubtful.update("om 7"), doubtful.rest()] == ["", "", "Room 7"]


def test_a_model_that_was_seen_to_only_close_its_thoughts_has_thought_where_the_limit_ended_it() -> None:
    habit = Habit()
    first = habit.start_thinking()
    first.update("hm</think>yes")
    first.rest()
    habit.learn(first, "stop")

    cut = habit.start_thinking()
    assert cut.update("hm, hm") == ""
    assert cut.rest(cut=habit.was_cut("length")) == ""
    assert (cut.thoughts, cut.answer) == ("hm, hm", "")
    assert not habit.was_cut("stop")
    whole = habit.start_thinking()
    whole.update("yes")
    assert (whole.rest(), whole.thoughts) == ("yes", "")


def test_after_a_whole_answer_without_a_lone_mark_the_next_one_is_handed_on_as_it_comes() -> None:
    habit = Habit()
    for finish, later in (("length", ""), ("stop", "Ro")):
        thinking = habit.start_thinking()
        thinking.update("Room 7")
        thinking.rest()
        habit.learn(thinking, finish)  # type: ignore[arg-type]
        assert habit.start_thinking().update("Ro") == later


@pytest.mark.parametrize(
    ("prompt", "opened"),
    [("<|im_start|>assistant\n<think>\n", True), ("assistant\n", False), ("<think></think>", False)],
)
def test_a_prompt_tells_whether_the_model_goes_on_with_thoughts(prompt: str, opened: bool) -> None:
    assert opens_thoughts(prompt) is opened


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        *(("llama3.2:3b", True), ("meta-llama/Llama-3.3-70B-Instruct", True), ("mistral-small", True)),
        *(("gpt-4o-mini", True), ("smollm2", True), ("qwen2.5-7b-instruct", True), ("gemma3:4b", True)),
        *(("deepseek-r1:8b", False), ("DeepSeek-R1-Distill-Llama-8B", False), ("qwen3:4b", False), ("qwq", False)),
        *(("magistral-small", False), ("phi-4-reasoning", False), ("smollm3", False), ("my-model", False)),
    ],
)
def test_families_that_do_not_begin_within_thoughts_are_known_by_name(name: str, plain: bool) -> None:
    assert is_known_to_be_plain(name) is plain


@pytest.mark.parametrize(
    ("finish", "spellings"),
    [
        ("stop", ["stop", "STOP", "eos", "eos_token", "end_turn", "stop_sequence", "FINISH_REASON_STOP", "Completed"]),
        ("length", ["length", "LENGTH", "max_tokens", "MAX_TOKENS", "model_length", "max_output_tokens"]),
        ("filter", ["content_filter", "SAFETY", "refusal", "RECITATION", "guardrail_intervened", "content-filter"]),
    ],
)
def test_reasons_are_known_in_their_spellings(finish: Finish, spellings: list[str]) -> None:
    assert [finish_of(reason) for reason in spellings] == [finish] * len(spellings)
    assert not any(map(is_broken, spellings))


def test_reasons_without_an_answer_are_told_from_unknown_ones() -> None:
    assert all(map(is_broken, ["error", "ABORT", "tool_calls", "insufficient_system_resource"]))
    assert finish_of("unicorn") is None
    assert not is_broken("unicorn")


def test_parts_of_a_message_are_answer_thoughts_refusal_or_not_read() -> None:
    parts = parts_of(
        [
            {"type": "thinking", "thinking": [{"type": "text", "text": "h"}, {"type": "text", "text": "m"}]},
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "."}]},
            {"type": "redacted_thinking", "data": "x"},
            {"type": "text", "text": "泵在"},
            "第七室",
            {"type": "output_text", "text": "。"},
            {"type": "refusal", "refusal": "no"},
            {"type": "image_url", "image_url": {"url": "x"}},
        ]
    )

    assert (parts.answer, parts.thoughts, parts.refusal, parts.unread) == ("泵在第七室。", "hm.", "no", ["image_url"])
    assert parts_of(None).answer == ""
    assert parts_of({"type": "text", "text": "a"}).answer == "a"


FAMILIES = {
    "gpt-4o": True,
    "chatgpt-4o-latest": True,
    "meta-llama/Llama-3.1-8B": True,
    "gemma2-9b": True,
    "mistral-7b": True,
    "ministral-8b": True,
    "Phi-4": True,
    "SmolLM2-135M": True,
    "qwen2.5": True,
    "claude-3": True,
    "command-r-plus": True,
    "deepseek-r1-distill-llama-3": False,
    "magistral-small": False,
    "phi-4-reasoning": False,
    "hermes-llama-3": False,
    "xgpt-4": False,
    "qwen3": False,
    "": False,
}


@pytest.mark.parametrize("model", FAMILIES)
def test_a_family_is_known_to_be_plain_by_its_name(model: str) -> None:
    assert is_known_to_be_plain(model) is FAMILIES[model]


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_is_known_wherever_it_stands(mark: str) -> None:
    assert is_mark(mark)
    assert is_mark(MARKS[mark])
    assert not is_mark(f"{mark} ")
    assert opens_thoughts(f"prompt {mark.upper()}\n")
    assert not opens_thoughts(f"prompt {mark} and more")
    assert not opens_thoughts(f"prompt {MARKS[mark]}")


@pytest.mark.parametrize(
    ("text", "opened", "unmarked", "thoughts", "answer"),
    [
        ("a", False, False, "", "a"),
        ("  a", False, False, "", "  a"),
        ("a", True, False, "a", ""),
        ("a</think> b", True, False, "a", "b"),
        ("a</think> b", False, False, "", "a</think> b"),
        ("a</think> b", False, True, "a", "b"),
        ("a", False, True, "", "a"),
        ("<think>a</think>\n\n<think>b</think> c", False, False, "a\n\nb", "c"),
        ("<think></think>c", False, False, "", "c"),
        ("<think>a", False, False, "a", ""),
        ("<THINK>a</THINK>b", False, False, "a", "b"),
        ("[THINK]a[/THINK]b<think>c</think>", False, False, "a", "b<think>c</think>"),
        ("a `</think>` b</think>c", False, True, "a `</think>` b", "c"),
        (
            "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b",
            False,
            False,
            "a",
            "b",
        ),
        ("<thin", False, False, "", "<thin"),
        ("", False, False, "", ""),
    ],
)
def test_thoughts_are_told_from_the_answer(text: str, opened: bool, unmarked: bool, thoughts: str, answer: str) -> None:
    found = told(text, [], opened=opened, unmarked=unmarked)

    assert found[:2] == (thoughts, answer)
    assert "".join(found[2]) == answer


def test_a_text_that_is_known_to_be_cut_within_thoughts_is_none() -> None:
    thinking = Thinking(unmarked=True)
    assert thinking.update("hm") == ""
    assert thinking.rest(cut=True) == ""
    assert (thinking.thoughts, thinking.answer, thinking.closed_only) == ("hm", "", False)

    answering = Thinking(unmarked=True)
    assert answering.update("hm</think>a") == "a"
    assert answering.rest(cut=True) == ""
    assert (answering.thoughts, answering.answer, answering.closed_only) == ("hm", "a", True)


def test_a_habit_is_learned_from_whole_texts() -> None:
    def after(*texts: tuple[str, Finish]) -> Habit:
        habit = Habit()
        for text, finish in texts:
            thinking = habit.start_thinking()
            thinking.update(text)
            thinking.rest()
            habit.learn(thinking, finish)
        return habit

    assert after(("plain", "stop")).start_thinking().update("a") == "a"
    assert after(("plain", "length")).start_thinking().update("a") == ""
    assert after(("", "stop")).start_thinking().update("a") == ""
    closing = after(("hm</think>a", "stop"))
    assert closing.was_cut("length")
    assert not closing.was_cut("stop")
    assert not after(("plain", "stop")).was_cut("length")
    assert after(("hm</think>a", "stop"), ("plain", "stop")).start_thinking().update("a") == ""
    assert after(("plain", "stop"), ("<think>x</think>a", "stop")).start_thinking().update("a") == "a"
