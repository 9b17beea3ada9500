"""Labels scored as choices: a chat model says how likely each is as its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from potluck import plugins
from potluck.answering.asking import check_tools
from potluck.contracts import ChatModel
from potluck.datasets.class_labels import label_end
from potluck.documents import Message
from potluck.errors import Unsupported
from potluck.observation.stage import model_call

if TYPE_CHECKING:
    from potluck.recipe.model import ComponentSpec


def check_scores_text(chat: ChatModel, name: str, consequence: str) -> None:
    """Raise ``Unsupported``, naming the installed ones that do, for a chat model that does not score texts."""
    if not chat.scores_text:
        others = plugins.capable_names("chat", lambda one: one.scores_text)
        raise Unsupported(
            f"the chat model {name!r} does not say how likely a text is, {consequence}; chat models that do: {others}"
        )


def label_suffix(chat: ChatModel, labels: Sequence[str]) -> str:
    """The text that has to follow each label, given how the chat model ends its answers: see ``label_end``."""
    return label_end(labels, chat.answer_end)


def label_logprobs(
    chat: ChatModel, messages: Sequence[Message], labels: Sequence[str], part: ComponentSpec | None = None
) -> list[float]:
    """How likely each label is as the answer: natural logarithms, comparable among the labels of one call.

    ``part`` is the chat model as the recipe names it, for observers of a stage with several components.
    """
    check_tools(chat, messages)
    with model_call("chat", part=part):
        return [one.logprob for one in chat.likelihoods(messages, labels, label_suffix(chat, labels))]


def likeliest_label(
    chat: ChatModel, messages: Sequence[Message], labels: Sequence[str], part: ComponentSpec | None = None
) -> str:
    """The label that is the likeliest answer; the first of equals. ``part`` as in ``label_logprobs``."""
    found = label_logprobs(chat, messages, labels, part)
    return labels[found.index(max(found))]
