"""The files that ``potluck init`` writes into a folder: a recipe with all choices, and a template of questions.

No existing file is changed except the schema, which is potluck's own: it has the settings of the plugins installed now.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from potluck import plugins
from potluck.atomic_files import write_atomically, write_new
from potluck.contracts import KINDS, Kind
from potluck.documents import Source
from potluck.errors import NoDocuments, PluginError, PotluckError
from potluck.recipe.bare_documents import find_questions, find_recipe
from potluck.recipe.files_apart import RECIPES
from potluck.recipe.model import DEFAULTS, FORMAT
from potluck.recipe.schema import json_schema
from potluck.results.listings import InitResult
from potluck.stages.discover import discover
from potluck.workspace.location import NAME as WORKSPACE

QUESTIONS = "questions.jsonl"
SCHEMA = f"{WORKSPACE}/recipe.schema.json"
EDITOR_LINE = f"# yaml-language-server: $schema={SCHEMA}"
"""The first line of a recipe, by which editors find its schema."""

_HEAD = """{editor}
# A recipe: what is read, how it is found, and who answers. A line that begins with '#' is off: it shows a default,
# or another choice. `potluck schema` describes every key.
potluck: {format}
name: {name}

# What is read: files, folders or globs, from the folder of this recipe.
documents:
  path: .
  exclude: {exclude}
  # private: true            # refuse every component that would send texts to another machine
  # password: ${{PASSWORD}}    # opens encrypted files; the environment variable PASSWORD holds it
  # encoding: big5           # of text files, where the guess is wrong
"""
_TAIL = """
# Questions with their answers, by which `potluck run` and `potluck evaluate` measure{questions}

# What to compare, by the same questions: potluck compare {recipe}
# compare:
#   retriever.k: {{few: 2, many: 8}}
"""
_TEMPLATE = f". Write your own into the file,\n# then take the '#' away.\n# questions: {QUESTIONS}"
_TITLES: dict[Kind, str] = {
    "splitter": "How documents are cut into passages",
    "embedder": "What makes vectors of passages and questions",
    "store": "What keeps the vectors",
    "retriever": "How passages are found",
    "chat": "Who answers",
}
_MORE: dict[Kind, str] = {"retriever": "#   k: 4                     # how many passages an answer is made from\n"}


def write_starter(folder: Path) -> InitResult:
    """Write the files that do not exist yet. Raises ``PotluckError`` if the folder cannot be written."""
    recipe = (find_recipe(folder) if folder.is_dir() else None) or folder / RECIPES[0]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        questions = [path.name for path in find_questions(folder)]
        found = _documents(folder, [recipe.name, QUESTIONS, *questions])
        contents = {recipe: recipe_text(folder.resolve().name or "documents", recipe.name, questions)}
        contents[folder / (questions or [QUESTIONS])[0]] = _questions(found)
        written = [path.name for path, content in contents.items() if write_new(path, content.encode())]
        _write_schema(folder)
    except OSError as error:
        reason = "it is a file" if folder.is_file() else error.strerror or error
        raise PotluckError(
            f"{folder} cannot be written ({reason}): make a recipe in another folder, and name these "
            f"documents in it: potluck init NEW, then 'path: {folder.absolute()}'"
        ) from error
    kept = [path.name for path in contents if path.name not in written]
    counts = Counter(Path(source.name).suffix.lower().lstrip(".") for source in found)
    unread = [extension for extension in counts if extension and extension not in plugins.file_types()]
    return InitResult(
        str(folder), tuple(written), tuple(kept), SCHEMA, dict(counts.most_common()), tuple(sorted(unread))
    )


def recipe_text(name: str, file: str, questions: Sequence[str] = ()) -> str:
    """The recipe, with every component that can be chosen, and the first file of questions that is there."""
    exclude = json.dumps([file, *(questions or [QUESTIONS])], ensure_ascii=False)
    asked = f":\nquestions: {json.dumps(questions[0], ensure_ascii=False)}" if questions else _TEMPLATE
    head = _HEAD.format(editor=EDITOR_LINE, format=FORMAT, name=json.dumps(name, ensure_ascii=False), exclude=exclude)
    return head + "".join(map(_component, DEFAULTS)) + _TAIL.format(questions=asked, recipe=file)


def _component(kind: Kind) -> str:
    """The lines of a key that names a component."""
    default = KINDS[kind].default_name
    choices = "".join(f"#   {name:24} {summary}\n" for name, summary in _choices(kind))
    return f"\n# {_TITLES.get(kind, KINDS[kind].noun)}:\n{choices}# {kind}:\n#   use: {default}\n{_MORE.get(kind, '')}"


def _choices(kind: Kind) -> Iterator[tuple[str, str]]:
    for plugin in plugins.installed_plugins():
        if plugin.kind == kind:
            try:
                lacks = plugins.missing_modules(plugin)
                yield plugin.name, plugins.offer(plugin).summary + (" (packages are missing)" if lacks else "")
            except PluginError:  # told by `potluck plugins doctor`
                continue


def _documents(folder: Path, apart: Sequence[str]) -> list[Source]:
    try:
        return discover(folder, [os.curdir], apart=[folder / name for name in apart])
    except NoDocuments:
        return []


def _questions(found: list[Source]) -> str:
    """A template of questions, which names an existing document. It is refused until its questions are written."""
    readable = [source for source in found if Path(source.name).suffix.lower().lstrip(".") in plugins.file_types()]
    name = Path(readable[0].name).stem if readable else "name-of-a-file"
    known = {"question": "", "gold_ids": [name], "answers": [""]}
    rows: list[dict[str, object]] = [
        {**known, "metadata": "a question that this document answers, and its answer"},
        {**known, "metadata": "這份文件能回答的問題，以及答案"},
        {"question": "", "answerable": False, "metadata": "a question that no document answers"},
    ]
    lines = (json.dumps({"question_id": f"q{n}", **row}, ensure_ascii=False) for n, row in enumerate(rows, 1))
    return "".join(f"{line}\n" for line in lines)


def _write_schema(folder: Path) -> None:
    write_atomically(folder / SCHEMA, json.dumps(json_schema(), ensure_ascii=False, indent=1).encode() + b"\n")
    write_new(folder / WORKSPACE / ".gitignore", b"*\n")
