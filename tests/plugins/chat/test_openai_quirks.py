"""The ``openai`` chat model against servers that speak the protocol in their own ways.

Modules: ``potluck_plugins._openai.complaints``, ``potluck_plugins._openai.failures``,
``potluck_plugins.chat._shared.replies``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe
from potluck.contracts import ChatOptions, Context
from potluck.documents import Answer, Message, Usage
from potluck.errors import ContextExceeded, RemoteError
from potluck.loading.worker_process import NoModels
from potluck_plugins.chat.openai import OpenAIChat, OpenAIChatConfig
from support.scripted_server import Body, Reply, Scripted, chat, refused, scripted_server, told

QUESTION = [Message("user", "Where does the pump stand? 泵在哪裡？")]
SAID = "The pump stands in room 7. 泵在第七室。"
THOUGHT = "Maybe room 9? 不，是第七室。"

Make = Callable[..., OpenAIChat]


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted_server(chat({"content": SAID})) as running:
        yield running


@pytest.fixture
def make(server: Scripted) -> Iterator[Make]:
    made: list[OpenAIChat] = []

    def making(**values: Any) -> OpenAIChat:
        settings = {"base_url": server.url, "model": "some-model", "backoff": 0, "max_attempts": 2, **values}
        context = Context(Path.cwd(), Path.cwd(), NoModels(), environment={})
        made.append(OpenAIChat(OpenAIChatConfig(**settings), context))
        return made[-1]

    yield making
    for one in made:
        one.close()


def streamed(model: OpenAIChat, options: ChatOptions) -> Answer:
    *pieces, answer = model.stream(QUESTION, options)
    assert isinstance(answer, Answer)
    assert "".join(map(str, pieces)) == answer.text
    assert all(pieces)
    return answer


def whole(model: OpenAIChat, options: ChatOptions) -> Answer:
    return model.chat(QUESTION, options)


WAYS = pytest.mark.parametrize("ask", [whole, streamed], ids=["whole", "streamed"])
OPTIONS = ChatOptions()
Ask = Callable[[OpenAIChat, ChatOptions], Answer]


@WAYS
@pytest.mark.parametrize("cut", [1, 4, 999])
@pytest.mark.parametrize(
    "message",
    [
        {"content": f"<think>\n{THOUGHT}\n</think>\n\n{SAID}"},
        {"content": f"{THOUGHT}\n</think>\n\n{SAID}"},
        {"content": f"[THINK]{THOUGHT}[/THINK]{SAID}"},
        {"content": SAID, "reasoning_content": THOUGHT},
        {"content": SAID, "reasoning": THOUGHT},
        {"content": SAID, "reasoning_details": [{"type": "reasoning.text", "text": THOUGHT}]},
        {
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": THOUGHT}]},
                {"type": "text", "text": SAID},
            ]
        },
    ],
    ids=["marked", "only closed", "Magistral", "reasoning_content", "reasoning", "OpenRouter", "parts"],
)
def test_thoughts_are_kept_apart_and_counted(make: Make, server: Scripted, ask: Ask, message: Body, cut: int) -> None:
    server.answer = chat(message, cut=cut)

    answer = ask(make(), OPTIONS)

    assert (answer.text, answer.thoughts, answer.finish) == (SAID, THOUGHT, "stop")
    assert 0 < answer.usage.reasoning < answer.usage.completion == 20


def test_tokens_of_thoughts_are_those_that_the_service_tells(make: Make, server: Scripted) -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 9, "completion_tokens_details": {"reasoning_tokens": 4}}
    server.answer = chat({"content": SAID, "reasoning": THOUGHT}, usage=usage)

    assert whole(make(), OPTIONS).usage == Usage(5, 9, 0, 4)


@WAYS
@pytest.mark.parametrize("message", [{"content": None, "reasoning_content": THOUGHT}, {"content": f"<think>{THOUGHT}"}])
def test_an_answer_that_the_limit_cut_within_its_thoughts_is_only_thoughts(
    make: Make, server: Scripted, ask: Ask, message: Body
) -> None:
    server.answer = chat(message, "length")

    answer = ask(make(), OPTIONS)

    assert (answer.text, answer.thoughts, answer.finish) == ("", THOUGHT, "length")
    assert answer.is_only_thoughts


@WAYS
def test_a_whole_text_that_the_service_files_under_thoughts_is_the_answer_with_a_note(
    make: Make, server: Scripted, ask: Ask
) -> None:
    server.answer = chat({"content": "", "reasoning_content": SAID})
    answer = ask(make(), OPTIONS)
    assert (answer.text, answer.thoughts) == (SAID, "")
    assert answer.notes == ("the service sent its whole text as thoughts: it is taken for the answer",)

    server.answer = chat({"content": f"<think>{SAID}</think>"})
    assert ask(make(), OPTIONS).is_only_thoughts


def test_thoughts_that_the_service_counts_are_not_an_answer(make: Make, server: Scripted) -> None:
    usage = {"completion_tokens": 9, "completion_tokens_details": {"reasoning_tokens": 9}}
    server.answer = chat({"content": "", "reasoning_content": SAID}, usage=usage)

    assert whole(make(), OPTIONS).is_only_thoughts


def test_the_second_stream_of_a_model_that_does_not_think_comes_as_it_is_written(make: Make) -> None:
    model = make()

    first, second = list(model.stream(QUESTION, OPTIONS)), list(model.stream(QUESTION, OPTIONS))

    assert len(first) == 2
    assert len(second) > 5
    assert len(list(make(model="llama3.2").stream(QUESTION, OPTIONS))) > 5


@WAYS
@pytest.mark.parametrize(
    ("reason", "finish", "note"),
    [
        *(("STOP", "stop", ""), ("end_turn", "stop", ""), ("eos", "stop", "")),
        *(("model_length", "length", ""), ("MAX_TOKENS", "length", ""), ("SAFETY", "filter", "")),
        (None, "stop", "did not say why the answer ended: it is taken for whole"),
        ("", "stop", "did not say why the answer ended: it is taken for whole"),
        (
            "unicorn",
            "stop",
            "gave a reason for the answer's end that is not known here, 'unicorn': it is taken for whole",
        ),
        (7, "stop", "gave a reason for the answer's end that is not known here, '7': it is taken for whole"),
        (
            ["stop"],
            "stop",
            "gave a reason for the answer's end that is not known here, '[\"stop\"]': it is taken for whole",
        ),
    ],
)
def test_whatever_a_service_says_at_the_end_a_whole_answer_is_one(
    make: Make, server: Scripted, ask: Ask, reason: Any, finish: str, note: str
) -> None:
    server.answer = chat({"content": SAID}, reason)

    answer = ask(make(), OPTIONS)

    assert (answer.text, answer.finish) == (SAID, finish)
    assert answer.notes == ((f"the service {note}",) if note else ())


@WAYS
@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        ({"prompt_tokens": 50.4, "completion_tokens": "8"}, Usage(50, 8)),
        ({"prompt_tokens": None, "completion_tokens": "many", "prompt_tokens_details": 3}, Usage()),
        ({"prompt_tokens": -1, "completion_tokens": float("inf")}, Usage()),
        ({"prompt_tokens": int("9" * 400), "completion_tokens": 8}, Usage(0, 8)),
        ({"prompt_tokens": 1e300, "completion_tokens": 8}, Usage(0, 8)),
        ({"prompt_tokens": 5, "prompt_tokens_details": {"cached_tokens": 9.0}}, Usage(5, 0, 5)),
        ("none", Usage()),
    ],
)
def test_numbers_of_tokens_are_read_in_every_form_and_never_cost_an_answer(
    make: Make, server: Scripted, ask: Ask, usage: object, counted: Usage
) -> None:
    said = chat({"content": SAID}, usage=usage)

    def answer(asked: Body) -> Reply:
        reply = said(asked)
        return Reply(
            reply.body.replace(b'"usage": {"prompt_tokens": 50, "completion_tokens": 20}', b'"u": 1'), 200, reply.kind
        )

    server.answer = answer

    found = ask(make(), OPTIONS)

    assert (found.text, found.usage) == (SAID, counted)


@WAYS
@pytest.mark.parametrize(
    ("reply", "message", "attempts"),
    [
        (told({"error": {"message": "upstream overloaded", "code": 502}}), "an error: upstream overloaded", 2),
        (told({"error": {"message": "no such key", "code": 401}}), "an error: no such key", 1),
        (told({"error": "out of \u202ememory\x1b[31m"}), r"an error: out of \\u202ememory\\x1b\[31m", 2),
        (told({"detail": [{"loc": ["body", "n"], "msg": "not a number"}]}), "an error: body.n: not a number", 2),
        (told({"object": "error", "message": "bad model", "type": "invalid_request_error"}), "an error: bad model", 1),
        (Reply(b"<html><title>Bad\n Gateway</title>", kind="text/html"), r"a page of HTML \(Bad Gateway\)", 2),
        (Reply(b"proxy says hello", kind="text/html"), r"not an answer \(proxy says hello\)", 2),
    ],
)
def test_an_error_within_a_200_is_shown_in_its_words(
    make: Make, server: Scripted, ask: Ask, reply: Reply, message: str, attempts: int
) -> None:
    server.answer = lambda asked: reply

    with pytest.raises(RemoteError, match=message):
        ask(make(), OPTIONS)

    assert len(server.asked) == attempts


@WAYS
def test_the_key_is_starred_in_what_a_service_says_with_a_200(make: Make, server: Scripted, ask: Ask) -> None:
    server.answer = lambda asked: told({"error": {"message": "wrong key sk-canary-5f1c0ffee"}})

    with pytest.raises(RemoteError, match=r"wrong key \*\*\*"):
        ask(make(api_key="sk-canary-5f1c0ffee"), OPTIONS)


def test_a_prompt_that_is_too_long_is_known_within_a_200(make: Make, server: Scripted) -> None:
    server.answer = lambda asked: told({"error": {"message": "too long", "code": "context_length_exceeded"}})

    with pytest.raises(ContextExceeded, match="too long"):
        whole(make(), OPTIONS)


@WAYS
@pytest.mark.parametrize("cut", [1, 2, 999])
def test_half_a_character_in_what_a_service_says_becomes_one_that_can_be_written(
    make: Make, server: Scripted, ask: Ask, cut: int
) -> None:
    halves, rightly = "泵\ud83d 25 m \ud83d\ude00 \ude00\ud83d", "泵\ufffd 25 m \U0001f600 \ufffd\ufffd"
    server.answer = chat({"content": halves, "reasoning": halves}, cut=cut, system_fingerprint=halves)

    answer = ask(make(), OPTIONS)

    assert (answer.text, answer.thoughts, answer.served_by) == (rightly, rightly, f"some-model {rightly}")


# What is sent, and what a service refuses of it


@WAYS
def test_a_model_that_refuses_a_temperature_answers_where_the_recipe_sets_none(
    make: Make, server: Scripted, ask: Ask
) -> None:
    said = chat({"content": SAID})

    def answer(asked: Body) -> Reply:
        unwanted = {"temperature", "top_p", "seed", "stop", "presence_penalty", "frequency_penalty"} & asked.keys()
        return refused(400, f"Unsupported value: {min(unwanted)!r}", param=min(unwanted)) if unwanted else said(asked)

    server.answer = answer

    assert ask(make(), OpenAIChatConfig(model="some-model")).text == SAID
    with pytest.raises(RemoteError, match="Leave 'temperature' out of the chat model's settings"):
        ask(make(), ChatOptions(temperature=0))


def test_settings_that_are_not_sent_make_another_fingerprint_than_those_that_are() -> None:
    unset, greedy = OpenAIChatConfig(model="m"), OpenAIChatConfig(model="m", temperature=0)

    assert "temperature" not in unset.decisive()
    assert greedy.decisive()["temperature"] == 0
    assert (unset.samples, greedy.samples, OpenAIChatConfig(model="m", temperature=1).samples) == (True, False, True)
    assert unset.decisive() == OpenAIChatConfig(model="m", cache=False).decisive()


@WAYS
@pytest.mark.parametrize("wanted", ["max_tokens", "max_completion_tokens"])
def test_a_limit_that_is_refused_by_its_name_is_sent_under_the_other(
    make: Make, server: Scripted, ask: Ask, wanted: str
) -> None:
    said = chat({"content": SAID})
    (other,) = {"max_tokens", "max_completion_tokens"} - {wanted}

    def answer(asked: Body) -> Reply:
        if other in asked:
            return refused(400, f"Unsupported parameter: '{other}' is not supported with this model.", param=other)
        return said(asked)

    server.answer = answer
    model = make(max_attempts=1)

    answers = [ask(model, ChatOptions(max_tokens=33)) for _ in range(2)]

    assert [one.text for one in answers] == [SAID, SAID]
    assert server.asked[-1][wanted] == 33
    tries = 2 if wanted == "max_completion_tokens" else 1
    assert len(server.asked) == tries + 1, "refused once, remembered afterwards"
    noted = (f"the service refuses '{other}', so the limit is sent as '{wanted}'",) if tries == 2 else ()
    assert [one.notes for one in answers] == [noted, ()]
    with pytest.raises(RemoteError, match=f"'{other}' is not supported"):
        ask(make(limit=other), OPTIONS)


def test_a_service_that_refuses_both_names_of_the_limit_is_not_asked_without_one(make: Make, server: Scripted) -> None:
    def answer(asked: Body) -> Reply:
        name = next(name for name in asked if name.startswith("max_"))
        return refused(400, f"'{name}' is not supported")

    server.answer = answer

    with pytest.raises(RemoteError, match="'max_completion_tokens' is not supported"):
        whole(make(), OPTIONS)

    assert len(server.asked) == 2


def test_a_service_that_does_not_know_stream_options_is_asked_without(make: Make, server: Scripted) -> None:
    said = chat({"content": SAID})

    def answer(asked: Body) -> Reply:
        if "stream_options" in asked:
            detail = [{"type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs"}]
            return told({"detail": detail}, 422)
        return said(asked)

    server.answer = answer

    answer_ = streamed(make(max_attempts=1), OPTIONS)

    assert (answer_.text, len(server.asked)) == (SAID, 2)
    assert answer_.notes == ("the service refuses 'stream_options', so tokens may not be counted",)


def test_a_whole_answer_in_place_of_a_stream_is_taken(make: Make, server: Scripted) -> None:
    said = chat({"content": f"<think>{THOUGHT}</think>{SAID}"})
    server.answer = lambda asked: said({**asked, "stream": False})

    assert (answer := streamed(make(), OPTIONS)).text == SAID
    assert answer.thoughts == THOUGHT


# Filters


@WAYS
@pytest.mark.parametrize(
    "reply",
    [
        refused(400, "The response was filtered.", code="content_filter", param="prompt"),
        refused(400, "flagged", innererror={"code": "ResponsibleAIPolicyViolation"}),
        told({"error": {"message": "flagged", "code": "content_policy_violation"}}),
    ],
    ids=["Azure", "inner", "within a 200"],
)
def test_what_a_filter_refuses_is_an_answer_that_says_so(make: Make, server: Scripted, ask: Ask, reply: Reply) -> None:
    server.answer = lambda asked: reply

    answer = ask(make(), OPTIONS)

    assert (answer.text, answer.finish) == ("", "filter")
    assert "content filter withheld" in answer.notes[0]
    assert "filtered" in answer.notes[0] or "flagged" in answer.notes[0]
    assert len(server.asked) == 1


@WAYS
@pytest.mark.parametrize(
    "message", [{"content": None, "refusal": "No."}, {"content": [{"type": "refusal", "refusal": "No."}]}]
)
def test_a_refusal_is_told_from_an_answer(make: Make, server: Scripted, ask: Ask, message: Body) -> None:
    server.answer = chat(message)

    answer = ask(make(), OPTIONS)

    assert (answer.text, answer.finish) == ("No.", "filter")


@WAYS
def test_who_answered_is_told(make: Make, server: Scripted, ask: Ask) -> None:
    server.answer = chat({"content": SAID}, system_fingerprint="fp_1")
    assert ask(make(), OPTIONS).served_by == "some-model fp_1"

    server.answer = chat({"content": SAID})
    assert ask(make(), OPTIONS).served_by == "some-model"


def test_a_manifest_s_recipe_does_not_write_settings_that_were_not_sent(tmp_path: Path, server: Scripted) -> None:
    (tmp_path / "doc.txt").write_text("The pump stands in room 7.", encoding="utf-8")
    chat_part = f"chat: {{use: openai, model: m, base_url: '{server.url}', seed: 3}}"
    (tmp_path / "recipe.yaml").write_text(f"documents: doc.txt\n{chat_part}\n", encoding="utf-8")

    with Recipe.load(tmp_path / "recipe.yaml") as recipe:
        written = recipe.model.as_mapping()["chat"]

    assert isinstance(written, dict)
    assert written["seed"] == 3
    assert "temperature" not in written
    assert written["max_tokens"] == 256
