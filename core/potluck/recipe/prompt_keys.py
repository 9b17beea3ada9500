"""Reading the keys ``prompt`` and ``shots``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from potluck.recipe.model import Shots, ShotSettings
from potluck.recipe.paths import file_problem
from potluck.recipe.prompt_template import PromptTemplate
from potluck.recipe.source import RecipeSource
from potluck.recipe.validation import ONLY_FOR_SECRETS
from potluck.suggestions import did_you_mean

_PROMPT_FIELDS = ("context", "question")
"""The fields that a prompt has to have; ``{examples}`` only where ``shots`` asks for some."""


def read_prompt(source: RecipeSource) -> PromptTemplate | None:
    """The wording of the prompt; None if there is none or it is wrong."""
    text, node = source.text("prompt"), source.get("prompt")
    if text is None or node is None:
        return None
    try:
        template = PromptTemplate(text)
    except ValueError as error:
        source.findings.note(node.place, f"prompt: {error}")
        return None
    # What a prompt of a dataset alone may name is known when its rows are read.
    if source.get("documents") is not None or (source.get("dataset") is None and source.get("task") is None):
        for message in _prompt_problems(template):
            source.findings.note(node.place, f"prompt: {message}")
    return template


def read_shots(source: RecipeSource, prompt: PromptTemplate | None) -> Shots:
    """The worked examples; none if there are none or they are wrong."""
    settings, node = source.section("shots", ShotSettings), source.get("shots")
    if settings is None or node is None or not settings.count:
        return Shots()
    if settings.examples is None:
        source.findings.note(node.place, "shots: name a file of examples: shots: {count: 3, examples: FILE.jsonl}")
        return Shots()
    place = node.find(("examples",))
    if (problem := file_problem(source.folder, settings.examples)) is not None:
        source.findings.note(place, f"shots.examples: {problem}")
    if prompt is not None and "examples" not in prompt.fields:
        at = source.root.children()["prompt"].place
        source.findings.note(at, "prompt: the field {examples} is missing, and shots asks for some")
    return Shots(settings.count, source.folder / Path(settings.examples).expanduser(), settings.select)


def _prompt_problems(template: PromptTemplate) -> Iterator[str]:
    for name in sorted(set(template.fields) - {*_PROMPT_FIELDS, "examples"}):
        if f"${{{name}}}" in template.text:
            yield ONLY_FOR_SECRETS
        else:
            yield f"unknown field {{{name}}}{did_you_mean(name, _PROMPT_FIELDS)}"
    for name in _PROMPT_FIELDS:
        if name not in template.fields:
            doubled = f" ({{{{{name}}}}} is not a field)" if f"{{{{{name}}}}}" in template.text else ""
            yield f"the field {{{name}}} is missing; the model would not see it{doubled}"
