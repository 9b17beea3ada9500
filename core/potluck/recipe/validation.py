"""From the nodes of some settings to the validated settings of a component."""

from __future__ import annotations

import os
import re
from types import UnionType
from typing import Annotated, Any, Generic, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError

from potluck.contracts import Config
from potluck.documents import Json
from potluck.recipe.messages import Explained, explain_validation, find_non_numbers
from potluck.recipe.model import KEYS
from potluck.recipe.nodes import Findings, Node, Place, join_path

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
ONLY_FOR_SECRETS = "environment references ${NAME} are for secrets only"
ConfigT = TypeVar("ConfigT", bound=Config)


class Validated(NamedTuple, Generic[ConfigT]):
    """Settings, and how those of them that are secrets are written: ``${NAME}``."""

    config: ConfigT
    secrets: dict[str, Json]


def validate(
    model: type[ConfigT], node: Node, label: str, at: Place, findings: Findings, names: tuple[str, ...] = ()
) -> Validated[ConfigT] | None:
    """Validate a mapping. Problems are noted at its keys and values, or at ``at`` if they are about all of it.

    ``label`` is what messages call it, ``names`` are keys that may stand beside the model's own. A setting that is null
    is as if it were not there, unless null is one of its values.
    """
    fields = {info.alias or name: (name, info) for name, info in model.model_fields.items()}
    written = {
        key: child
        for key, child in node.children().items()
        if child.value is not None or key not in fields or _takes_null(fields[key][1].annotation)
    }
    secrets = _Secrets({key for key, (name, _) in fields.items() if name in model.secrets()})
    before = len(findings)
    given = {key: secrets.read(key, child, findings) for key, child in written.items()}
    config, found = _validate_model(model, given, (*fields, *names))
    for one in found:
        _note(one, secrets.clean(one), node, label, at, findings)
    if config is None or len(findings) > before:
        return None
    references = {fields[key][0]: child.plain() for key, child in written.items() if key in secrets.keys}
    return Validated(config, {name: value for name, value in references.items() if value is not None})


def plain_value(node: Node, findings: Findings) -> Json:
    """The plain value of what is not a secret."""
    for leaf in node.leaves():
        if isinstance(leaf.value, str) and _REFERENCE.search(leaf.value):
            findings.note(leaf.place, ONLY_FOR_SECRETS, final=True)
    return node.plain()


class _Secrets:
    """Reads settings of which those called ``keys`` are secrets, and takes the secrets out of messages."""

    def __init__(self, keys: set[str]) -> None:
        self.keys = keys
        self._values: set[str] = set()

    def read(self, key: str, node: Node, findings: Findings) -> Json:
        """The plain value of a setting."""
        return self._secret(node, findings) if key in self.keys else plain_value(node, findings)

    def clean(self, one: Explained) -> str:
        """A message without the secrets that a validator, or pydantic, has put into it."""
        message = one.message
        if one.path and one.path[0] in self.keys:
            message = re.sub(r", got .*$", "", message, flags=re.DOTALL)
        for value in sorted(self._values, key=len, reverse=True):
            message = message.replace(value, "***")
        return message

    def _secret(self, node: Node, findings: Findings) -> Json:
        """The value with every reference replaced; what is written out is a problem."""
        if isinstance(node.value, dict):
            return {key: self._secret(child, findings) for key, child in node.value.items()}
        if isinstance(node.value, list):
            return [self._secret(child, findings) for child in node.value]
        if node.value is None:
            return None
        found = _REFERENCE.fullmatch(node.value) if isinstance(node.value, str) else None
        if found is None:
            findings.mask_secret(node)
            message = "a secret is not written into a recipe: write ${NAME} and set the variable NAME"
            findings.note(node.place, message, final=True)
            return ""
        value = os.environ.get(found[1], "")
        if not value:
            findings.note(node.place, f"the environment variable {found[1]} is not set", final=True)
            return ""
        self._values.add(value)
        return value


def _validate_model(
    model: type[ConfigT], given: dict[str, Json], names: tuple[str, ...]
) -> tuple[ConfigT | None, list[Explained]]:
    try:
        config = model.model_validate(given)
    except ValidationError as error:
        return None, list(explain_validation(error, given, names, model))
    except Exception as error:  # a validator is the plugin's code and may raise anything
        message = f"the settings could not be checked: {type(error).__name__}: {error}"
        return None, [Explained((), "", message)]
    read = {info.alias or name: getattr(config, name) for name, info in model.model_fields.items()}
    return config, list(find_non_numbers(given, read))


def _note(one: Explained, message: str, node: Node, label: str, at: Place, findings: Findings) -> None:
    name, container = join_path((label, *one.path)), join_path((label, *one.path[:-1]))
    if one.kind == "extra_forbidden":
        above = one.path[-1] in KEYS and not one.has_suggestion
        hint = "; it is a key of the recipe itself: indent it less" if above else ""
        findings.note(node.find(one.path, key=True), f"{message} in {container}{one.hint}{hint or one.taken}")
    elif one.kind == "missing" and one.path[:-1]:
        findings.note(node.find(one.path[:-1], key=True), f"{name}: {message}")
    else:
        findings.note(node.find(one.path) if one.path and one.kind != "missing" else at, f"{name}: {message}")


def _takes_null(annotation: Any) -> bool:
    """Whether null is one of the values of a type: of it or of an alternative, not of what it contains."""
    if get_origin(annotation) in (Union, UnionType, Annotated):
        return any(_takes_null(part) for part in get_args(annotation))
    return annotation in (None, type(None), Any)
