"""Finding mistakes in prompts without a model: each finding with its place and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from potluck.documents import Json
from potluck.errors import Problem, RecipeError
from potluck.json_values import as_json
from potluck.overlap import is_cjk, squeeze
from potluck.prompts import wordings
from potluck.prompts.listing import NamedPrompt, prompts_of
from potluck.questions.question_file import Question, read_questions
from potluck.recipe import loads
from potluck.recipe.model import RecipeModel
from potluck.recipe.nodes import Findings, Node, Place
from potluck.recipe.prompt_template import PromptTemplate
from potluck.recipe.yaml_reader import normalize_newlines, read_text
from potluck.refusals import REFUSALS
from potluck.results.listings import FindingResult
from potluck.suggestions import did_you_mean

Level: TypeAlias = Literal["error", "warning"]

_FIELDS = ("context", "question")
_RECIPE_ENDINGS = (".yaml", ".yml")
_LINES = '若內容中沒有答案，請只回答「我不知道」, or: If the content does not say, answer only "I don\'t know"'
_SHORTEST_HAN, _SHORTEST = 3, 4
"""Characters of an answer; what is shorter may stand in a prompt by chance."""
_SHORTEST_QUESTION = 6
_HAN_A_TOKEN, _LETTERS_A_TOKEN = 2, 8
"""Characters of a token, more than tokenizers have on average: so the tokens of a prompt are never overestimated."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a prompt. ``advice`` says what to do."""

    level: Level
    problem: Problem
    advice: str = ""

    def as_json(self) -> dict[str, Json]:
        """What ``potluck prompts lint --json`` prints."""
        problem = self.problem
        return as_json(
            FindingResult(self.level, problem.file, problem.line, problem.column, problem.message, self.advice)
        )


def lint(path: Path, questions: Path | None = None) -> list[Finding]:
    """Look at the prompts of a recipe, the templates of a file of wordings, or the one prompt of a text file.

    ``questions`` are those that the prompt is going to be measured by; a recipe's own if left out. Raises
    ``RecipeError`` if the file cannot be read.
    """
    text = normalize_newlines(read_text(path))
    asked = read_questions(questions) if questions is not None else None
    if path.suffix not in _RECIPE_ENDINGS:
        return _Linter(path, text, asked or []).prompt(NamedPrompt("the prompt", text, Place(str(path), 1, 1)))
    findings = Findings(str(path), text)
    root = wordings.root_of(text, findings)
    if "templates" in root.children():
        return _of_wordings(root, _Linter(path, text, asked or []), findings)
    try:
        recipe = loads(text, path, check_installed=False)
    except RecipeError as error:
        return [Finding("error", problem) for problem in error.problems]
    if asked is None and recipe.questions is not None:
        asked = read_questions(recipe.questions)
    linter = _Linter(path, text, asked or [], _room(recipe))
    return [finding for prompt in prompts_of(text, path) if prompt.place for finding in linter.prompt(prompt)]


class _Linter:
    """Looks at prompts of one file."""

    def __init__(self, path: Path, text: str, questions: Sequence[Question], room: int | None = None) -> None:
        """``room`` is how many tokens of prompt the chat model takes, if that is known."""
        self._path, self._lines = path, text.split("\n")
        self._questions, self._room = questions, room

    def prompt(self, prompt: NamedPrompt) -> list[Finding]:
        """The problems of a prompt for questions about documents."""
        try:
            fields = PromptTemplate(prompt.text).fields
        except ValueError as error:
            return [self.make_finding("error", prompt, str(error), "write {{ and }} for braces that are meant")]
        return [*self._fields(prompt, fields), *self._refusal(prompt), *self.any_text(prompt)]

    def any_text(self, prompt: NamedPrompt) -> Iterator[Finding]:
        """The problems of a prompt of any kind."""
        yield from self._leaks(prompt)
        yield from self._scripts(prompt)
        yield from self._length(prompt)

    def make_finding(self, level: Level, prompt: NamedPrompt, message: str, advice: str, at: str = "") -> Finding:
        """A finding at ``at``, a piece of the prompt, or else where the prompt begins."""
        place = prompt.place or Place(str(self._path))
        line, column = place.line, place.column
        for number, text in enumerate(self._lines[max(line - 1, 0) :] if at else [], max(line, 1)):
            if at in text:
                line, column = number, text.index(at) + 1
                break
        source = self._lines[line - 1] if 0 < line <= len(self._lines) else ""
        return Finding(level, Problem(place.file, line, column, f"{prompt.name}: {message}", source[:400]), advice)

    def _fields(self, prompt: NamedPrompt, fields: Sequence[str]) -> Iterator[Finding]:
        known = (*_FIELDS, "examples")
        for name in sorted(set(fields) - {*known}):
            written = f"{{{name}}}"
            message = f"unknown field {written}{did_you_mean(name, known)}"
            yield self.make_finding("error", prompt, message, "known are {context}, {question} and {examples}", written)
        for name in _FIELDS:
            if name not in fields:
                message = f"the field {{{name}}} is missing"
                yield self.make_finding("error", prompt, message, "the model would not see it; add it to the prompt")

    def _refusal(self, prompt: NamedPrompt) -> Iterator[Finding]:
        plain = prompt.text.replace("\u2019", "'").lower()
        if any(phrase in plain for phrase in REFUSALS):
            return
        unanswerable = sum(not question.answerable for question in self._questions)
        message = "does not say what to answer where the documents do not say"
        if unanswerable:
            message += f", and {unanswerable} of the questions have no answer"
        advice = f"add a line such as: {_LINES}"
        yield self.make_finding("error" if unanswerable else "warning", prompt, message, advice)

    def _leaks(self, prompt: NamedPrompt) -> Iterator[Finding]:
        held, plain = squeeze(prompt.text), " ".join(prompt.text.lower().split())
        advice = "the figures would be too good: take examples that are not among the questions ('shots' does)"
        for question in self._questions:
            asked = squeeze(question.question)
            if len(asked) >= _SHORTEST_QUESTION and asked in held:
                message = f"holds the question {question.id!r}, by which it is measured"
                yield self.make_finding("error", prompt, message, advice, question.question)
            for answer in dict.fromkeys((*question.answers, *question.gold_facts)):
                if answer.lower() not in map(str.lower, REFUSALS) and _holds(answer, held, plain):
                    message = f"holds {answer!r}, an answer to the question {question.id!r}"
                    yield self.make_finding("error", prompt, message, advice, answer)

    def _scripts(self, prompt: NamedPrompt) -> Iterator[Finding]:
        traditional, simplified = (_only(prompt.text, *pair) for pair in (("big5", "gb2312"), ("gb2312", "big5")))
        if traditional and simplified:
            rarer, of = (
                (simplified, "Simplified") if len(simplified) <= len(traditional) else (traditional, "Traditional")
            )
            message = f"mixes Traditional ({traditional[:8]}) and Simplified ({simplified[:8]}) Chinese"
            yield self.make_finding(
                "warning",
                prompt,
                message,
                f"models answer in the script they are asked in: correct the {of} one",
                rarer[0],
            )

    def _length(self, prompt: NamedPrompt) -> Iterator[Finding]:
        han = sum(is_cjk(character) for character in prompt.text)
        fewest = han // _HAN_A_TOKEN + (len(prompt.text) - han) // _LETTERS_A_TOKEN
        if self._room is not None and fewest > self._room:
            message = f"is at least about {fewest:,} tokens long, and the chat model has room for {self._room:,}"
            yield self.make_finding("error", prompt, message, "shorten it, or raise 'context' of the chat model")


def _of_wordings(root: Node, linter: _Linter, findings: Findings) -> list[Finding]:
    """The problems of the wordings in a file, taken for the task whose place most of them have."""
    texts = [node.value for node in root.children()["templates"].children().values() if isinstance(node.value, str)]
    counts = [
        sum(f"{{{task.place}}}" in wordings.convert_lama_template(text) for text in texts) for task in wordings.TASKS
    ]
    found = wordings.wordings_in(root, wordings.TASKS[counts.index(max(counts))], findings)
    wordings.verbalisers_in(root, findings)
    wrong = [Finding("error", problem) for problem in findings.problems()]
    named = [NamedPrompt(f"templates.{wording.name}", wording.text, wording.place) for wording in found]
    return [*wrong, *(finding for prompt in named for finding in linter.any_text(prompt))]


def _holds(answer: str, held: str, plain: str) -> bool:
    """Whether an answer stands in a prompt and is too long to stand there by chance."""
    if is_cjk(answer):
        return len(squeeze(answer)) >= _SHORTEST_HAN and squeeze(answer) in held
    bare = " ".join(answer.lower().split())
    return len(bare) >= _SHORTEST and re.search(rf"(?<!\w){re.escape(bare)}(?!\w)", plain) is not None


def _only(text: str, encoding: str, other: str) -> str:
    """The characters that one script's standard has and the other's lacks, each once."""
    return "".join(c for c in dict.fromkeys(text) if is_cjk(c) and _in(c, encoding) and not _in(c, other))


def _in(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _room(recipe: RecipeModel) -> int | None:
    """How many tokens a prompt may have by the chat model's settings; the model is not loaded."""
    settings = recipe.chat.config.model_dump()
    window = settings.get("context") or settings.get("context_window")
    return window - settings.get("max_tokens", 0) if isinstance(window, int) else None
