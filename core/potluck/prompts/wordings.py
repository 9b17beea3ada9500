"""Wordings of one task: templates with a place that a model fills, read from a YAML file or the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from potluck.errors import Problem, RecipeError
from potluck.recipe.messages import format_value
from potluck.recipe.nodes import Findings, Node, Place
from potluck.recipe.prompt_template import PromptTemplate
from potluck.recipe.yaml_reader import normalize_newlines, parse_yaml, read_text
from potluck.suggestions import did_you_mean

SHORT_HASH = 12
"""Digits of a wording's fingerprint that are shown."""

_KEYS = ("templates", "verbalisers")
_LAMA = re.compile(r"\[(X|Y)\]")
HINT = (
    'a file of wordings: templates: {short: "{X} is in {Y}."}, for sentence pairs also verbalisers: {entailment: yes}'
)


@dataclass(frozen=True, slots=True)
class Task:
    """The parts of a wording: the fields that an item fills, and the place that the model fills.

    ``measure`` is what the share of right answers is called.
    """

    name: str
    given: tuple[str, ...]
    place: str
    measure: str


FACTS = Task("facts", ("X",), "Y", "P@1")
"""Cloze facts, as in LAMA (Petroni et al. 2019, *Language Models as Knowledge Bases?*)."""

PAIRS = Task("pairs", ("premise", "hypothesis"), "label", "accuracy")
"""Two sentences, and a word for each label (a verbaliser; Schick and Schütze 2021, *Exploiting Cloze Questions*)."""

TASKS = (FACTS, PAIRS)


@dataclass(frozen=True, slots=True)
class Wording:
    """A template of a task. ``place`` is where it was written."""

    name: str
    text: str
    task: Task
    place: Place = field(default=Place(""), compare=False)

    @property
    def fingerprint(self) -> str:
        """A name for exactly this wording."""
        return PromptTemplate(self.text).fingerprint

    def around(self, given: Mapping[str, str]) -> tuple[str, str]:
        """The texts before and after the place, filled in. Values are never read as templates."""
        before, after = self.text.split(f"{{{self.task.place}}}")
        return PromptTemplate(before).render(**given), PromptTemplate(after).render(**given)


@dataclass(frozen=True, slots=True)
class Wordings:
    """All wordings of a task, and the word for each label where there are labels."""

    wordings: tuple[Wording, ...]
    verbalisers: Mapping[str, str] = field(default_factory=dict)


def read_wordings(path: Path | None, task: Task, texts: Sequence[str] = (), words: Sequence[str] = ()) -> Wordings:
    """The wordings of a file, then those written out (``--template``, ``--verbaliser label=word``).

    Raises ``RecipeError`` with every problem and its place.
    """
    found, verbalisers = list[Wording](), dict[str, str]()
    if path is not None:
        text = normalize_newlines(read_text(path))
        findings = Findings(str(path), text)
        root = root_of(text, findings)
        found, verbalisers = wordings_in(root, task, findings), verbalisers_in(root, findings)
        if findings:
            raise RecipeError(findings.problems(), HINT)
    said = Findings("--template", "")
    found += [
        Wording(f"template {number}", convert_lama_template(text), task, Place(f"--template {format_value(text)}"))
        for number, text in enumerate(texts, 1)
    ]
    verbalisers |= dict(_verbaliser(word, said) for word in words)
    _check(found, said)
    _check_whole(found, verbalisers, task, said)
    if said:
        raise RecipeError(said.problems(), HINT)
    return Wordings(tuple(found), verbalisers if task is PAIRS else {})


def root_of(text: str, findings: Findings) -> Node:
    """The mapping of a file. Raises ``RecipeError`` if it is none."""
    if not text.strip():
        raise RecipeError([Problem(findings.name, 1, 1, "is empty")], HINT)
    return parse_yaml(text, findings)


def wordings_in(root: Node, task: Task, findings: Findings) -> list[Wording]:
    """The templates of a file; what is wrong with them is noted."""
    for key, place in root.keys.items():
        if key not in _KEYS:
            findings.note(place, f"unknown key {format_value(key)}{did_you_mean(key, _KEYS)}")
    node = root.children().get("templates")
    if node is None or not node.children():
        findings.note(root.place if node is None else node.place, "templates: expected a mapping of names to texts")
        return []
    found = []
    for name, child in node.children().items():
        if isinstance(child.value, str) and child.value.strip():
            found.append(Wording(name, convert_lama_template(child.value.rstrip("\n")), task, child.place))
        else:
            findings.note(child.place, f"templates.{name}: expected a text, got {format_value(child.plain())}")
    _check(found, findings)
    return found


def verbalisers_in(root: Node, findings: Findings) -> dict[str, str]:
    """The word for each label; what is wrong with them is noted."""
    node = root.children().get("verbalisers")
    if node is None:
        return {}
    if not node.children():
        findings.note(node.place, "verbalisers: expected a mapping of labels to words")
    found = {}
    for label, child in node.children().items():
        if isinstance(child.value, str) and child.value.strip():
            found[label] = child.value
        else:
            quotes = "; put quotes around it" if isinstance(child.value, bool | int | float) else ""
            findings.note(
                child.place, f"verbalisers.{label}: expected a word, got {format_value(child.plain())}{quotes}"
            )
    return found


def convert_lama_template(text: str) -> str:
    """A template as LAMA writes it, ``[X] is in [Y].``, in our own writing."""
    return _LAMA.sub(r"{\1}", text) if "[Y]" in text and "{Y}" not in text else text


def problems_of(text: str, task: Task) -> Iterator[str]:
    """The problem with a wording of a task."""
    try:
        fields = PromptTemplate(text).fields
    except ValueError as error:
        yield str(error)
        return
    known = (*task.given, task.place)
    for name in sorted(set(fields) - {*known}):
        names = ", ".join(f"{{{one}}}" for one in known)
        yield f"unknown field {{{name}}}{did_you_mean(name, known)}; known are {names}"
    for name in known:
        if name not in fields:
            yield f"the field {{{name}}} is missing; the model would not see it"
    if text.count(f"{{{task.place}}}") > 1:
        yield f"the model fills one place, and {{{task.place}}} stands there {text.count(f'{{{task.place}}}')} times"


def _check(found: Sequence[Wording], findings: Findings) -> None:
    """Note the problems of each, and wordings that occur twice."""
    seen: dict[str, Wording] = {}
    for wording in found:
        for problem in problems_of(wording.text, wording.task):
            findings.note(wording.place, f"templates.{wording.name}: {problem}")
        if (first := seen.setdefault(wording.text, wording)) is not wording:
            findings.note(wording.place, f"templates.{wording.name}: is the same text as {first.name!r}")


def _check_whole(found: Sequence[Wording], verbalisers: Mapping[str, str], task: Task, findings: Findings) -> None:
    if not found:
        findings.note(
            Place("--templates"), "there is no wording; name a file, or write one: --template '{X} is in {Y}.'"
        )
    if task is PAIRS and len(set(verbalisers.values())) < 2:
        findings.note(
            Place("--verbaliser"),
            "sentence pairs need a word for each label, at least two: --verbaliser entailment=yes",
        )


def _verbaliser(written: str, findings: Findings) -> tuple[str, str]:
    label, equals, word = written.partition("=")
    if not equals or not label.strip() or not word.strip():
        findings.note(Place(f"--verbaliser {format_value(written)}"), "expected LABEL=WORD, such as entailment=yes")
    return label.strip(), word.strip()
