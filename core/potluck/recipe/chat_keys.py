"""Reading the key ``chat``, with the model that a recipe is about and the adapter that its chat model answers with."""

from __future__ import annotations

from dataclasses import replace

from potluck import plugins
from potluck.contracts import KINDS, ChatOffer
from potluck.errors import PluginError
from potluck.recipe.component_keys import ComponentKeys
from potluck.recipe.model import ComponentSpec
from potluck.recipe.nodes import Node
from potluck.recipe.overrides import long_form, split_adapter
from potluck.recipe.source import RecipeSource


def read_chat(source: RecipeSource, components: ComponentKeys) -> ComponentSpec | None:
    """The chat model: of a recipe that tunes or names a task, the model that it is about."""
    node, model, is_default = source.get("chat"), source.get("model"), False
    if node is None and model is not None:
        local = Node(KINDS["chat"].default_with_model, model.place)
        is_default = True
        node = Node({"use": local, "model": model}, model.place, {"use": model.place, "model": model.place})
    if node is None:
        return components.read("chat", Node({}, source.root.place), "chat")
    rest, adapter = split_adapter(long_form("chat", node))
    use = rest.children().get("use")
    if use is None and adapter is not None and model is not None and isinstance(rest.value, dict):
        is_default = True
        use = Node(KINDS["chat"].default_with_model, adapter.place)
        rest = Node({"use": use, **rest.value}, rest.place, {"use": adapter.place, **rest.keys})
    if model is not None and use is not None and isinstance(use.value, str):
        rest = _with_model(rest, model, _offer_of(use.value))
    part = components.read("chat", rest, "chat")
    if part is not None and is_default:
        part = replace(part, name=part.plugin.name)
    if part is not None and adapter is not None and plugins.chat_offer(part.plugin).takes_tuned is False:
        others = plugins.capable_names("chat", lambda one: one.takes_tuned is True)
        message = f"the chat model {part.name!r} does not answer with what was tuned; chat models that do: {others}"
        source.findings.note(adapter.place, f"chat.adapter: {message}")
    return part


def _offer_of(name: str) -> ChatOffer | None:
    """The offer of a chat plugin; None if it is not known, which is noted elsewhere."""
    try:
        return plugins.chat_offer(plugins.find("chat", name))
    except PluginError:
        return None


def _with_model(chat: Node, model: Node, offered: ChatOffer | None) -> Node:
    """A chat model's mapping with the recipe's model, where its plugin needs one and it names none."""
    if offered is None or not isinstance(chat.value, dict) or "model" in chat.value:
        return chat
    field = offered.config.model_fields.get("model")
    if field is None or not field.is_required():
        return chat
    return Node({**chat.value, "model": model}, chat.place, {**chat.keys, "model": model.place})
