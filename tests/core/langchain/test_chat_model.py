"""A recipe's chat model as LangChain's: its options, the messages that it refuses, and streams that are closed.

Modules: ``potluck.langchain._chat_model``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import potluck.langchain
from potluck.documents import Answer, Usage
from potluck.langchain._chat_model import _usage
from support.langchain_recipe import FAKE_CHAT, open_recipe


def test_the_chat_model_answers_with_the_recipes_options_and_those_of_a_call(tmp_path: Path) -> None:
    from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage

    with open_recipe(tmp_path, FAKE_CHAT) as recipe:
        model = potluck.langchain.chat_model(recipe)
        said = model.invoke([SystemMessage("短"), HumanMessage("多厚？")])

        assert (said.content, said.response_metadata["finish_reason"]) == ("三十公分", "stop")
        assert model.get_num_tokens("道碴" * 9) > model.get_num_tokens("道碴")
        with pytest.raises(ValueError, match="of the kind 'tool'"):
            model.invoke([ToolMessage("x", tool_call_id="1")])
        with pytest.raises(ValueError, match="reads text only"):
            model.invoke([HumanMessage([{"type": "image", "url": "x"}])])
        with pytest.raises(ValueError, match="heat"):
            model.invoke("多厚？", heat=1)


def test_a_stream_that_is_closed_lets_go_of_the_recipe(tmp_path: Path) -> None:
    with open_recipe(tmp_path, FAKE_CHAT) as recipe:
        model = potluck.langchain.chat_model(recipe)
        assert [str(model.invoke("多厚？").content) for _ in range(2)] == ["三十公分", "好"]
        pieces = model.stream("多厚？")
        first = next(pieces)
        pieces.close()

        assert first.content == "三"
        assert model.invoke("多厚？").content == "好"


def test_a_prompt_may_come_in_pieces_of_text_and_is_counted_as_it_is_sent(tmp_path: Path) -> None:
    from langchain_core.messages import HumanMessage

    with open_recipe(tmp_path, FAKE_CHAT) as recipe:
        model = potluck.langchain.chat_model(recipe)
        pieces = HumanMessage(["道碴", {"type": "text", "text": "多厚？"}])

        assert model.invoke([pieces]).content == "三十公分"
        assert model.get_num_tokens_from_messages([HumanMessage("道碴多厚？")]) == model.get_num_tokens("道碴多厚？")


@pytest.mark.parametrize("usage", [Usage(3, 2, 1, 1), Usage(3, 0), Usage(0, 2)])
def test_the_tokens_of_an_answer_are_told_if_they_are_known(usage: Usage) -> None:
    found = _usage(Answer("好", usage=usage))

    assert found == {
        "input_tokens": usage.prompt,
        "output_tokens": usage.completion,
        "total_tokens": usage.prompt + usage.completion,
        "input_token_details": {"cache_read": usage.cached},
        "output_token_details": {"reasoning": usage.reasoning},
    }
    assert _usage(Answer("好")) is None
