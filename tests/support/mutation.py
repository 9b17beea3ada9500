"""Small wrong changes of the code, one at a time: does a test notice?

A mutant is the source of a module with one operator, constant, condition, call or return value changed. It is tried in
a copy of the tree, with the tests that are named after the module or that name it.
"""

from __future__ import annotations

import ast
import copy
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOTS = ("core", "plugins")
SECONDS = 300
_MOST_FILES = 5
_MODULE = re.compile(r"\bpotluck(?:_plugins)?(?:\.\w+)+")
_OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
}
_IGNORED = shutil.ignore_patterns(".git", ".venv*", "site", ".potluck", ".*_cache", "__pycache__", ".hypothesis")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change of one line of a file, which is relative to the root."""

    file: Path
    line: int
    before: str
    source: str


def sample(root: Path, count: int, seed: int, folders: Sequence[str] = ROOTS) -> list[Mutant]:
    """Draw mutants of the modules below folders, each possible change as likely as any other."""
    files = sorted(path for folder in folders for path in (root / folder).rglob("*.py"))
    places = [(path, number) for path in files for number in range(len(list(_changes(_parsed(path)))))]
    drawn = random.Random(seed).sample(places, min(count, len(places)))
    return [_mutant(root, path, number) for path, number in drawn]


def is_noticed(mutant: Mutant, tree: Path, python: str = sys.executable) -> bool:
    """Whether the nearest tests fail, or do not end in time, with a mutant in a copy of the tree."""
    target = tree / mutant.file
    original = target.read_text(encoding="utf-8")
    tests = nearest_tests(tree, mutant.file)
    target.write_text(mutant.source, encoding="utf-8")
    try:
        return bool(tests) and _fails(tests, tree, python)
    finally:
        target.write_text(original, encoding="utf-8")


def copy_tree(root: Path, folder: Path) -> Path:
    """A copy of the tree to change."""
    return Path(shutil.copytree(root, folder / "tree", ignore=_IGNORED))


def nearest_tests(root: Path, file: Path) -> list[Path]:
    """The test files that bear a module's name or name it, first those that name few modules besides.

    Of a module that none names, those of its folder.
    """
    dotted = ".".join(file.with_suffix("").parts[1:])
    everything = sorted((root / "tests").rglob("test_*.py"))
    named = [path for path in everything if path.stem == f"test_{file.stem.lstrip('_')}"]
    texts = {path: path.read_text(encoding="utf-8") for path in everything if path not in named}
    naming = sorted(
        (path for path in texts if dotted in texts[path]), key=lambda path: len(_MODULE.findall(texts[path]))
    )
    folder = (
        root / "tests" / Path(*("core" if p == "potluck" else "plugins" for p in file.parts[1:2]), *file.parts[2:-1])
    )
    beside = sorted(folder.glob("test_*.py")) if folder.is_dir() else []
    return [path.relative_to(root) for path in [*named, *naming] or beside][:_MOST_FILES]


def _fails(tests: Sequence[Path], tree: Path, python: str) -> bool:
    paths = os.pathsep.join(str(tree / root) for root in ROOTS)
    command = [python, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *map(str, tests)]
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode not in (0, 5)


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _mutant(root: Path, path: Path, number: int) -> Mutant:
    tree = _parsed(path)
    line, change = list(_changes(tree))[number]
    change()
    before = path.read_text(encoding="utf-8").splitlines()[line - 1].strip()
    return Mutant(path.relative_to(root), line, before, ast.unparse(ast.fix_missing_locations(tree)))


def _changes(tree: ast.Module) -> Iterator[tuple[int, Callable[[], None]]]:
    """Every change of a module: its line, and what makes it. Annotations and docstrings are left alone."""
    passive = set(_passive(tree))
    for node in ast.walk(tree):
        if id(node) not in passive:
            for change in _changes_of(node):
                yield getattr(node, "lineno", 1), change


def _passive(tree: ast.Module) -> Iterator[int]:
    """The nodes that do nothing when the module runs."""
    for node in ast.walk(tree):
        notes = [getattr(node, name, None) for name in ("annotation", "returns")]
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            notes.append(node)
        for note in filter(None, notes):
            yield from map(id, ast.walk(note))
        body = getattr(node, "body", None)
        if isinstance(body, list):
            for one in body:
                if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant):
                    yield from (id(one), id(one.value))


def _changes_of(node: ast.AST) -> Iterator[Callable[[], None]]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _OPERATORS:
        yield lambda: node.ops.__setitem__(0, _swapped(node.ops[0]))
    elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in _OPERATORS and not _is_text(node):
        yield lambda: setattr(node, "op", _swapped(node.op))
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield lambda: setattr(node, "value", not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield lambda: setattr(node, "value", node.value + 1)
    elif isinstance(node, ast.If | ast.While | ast.IfExp):
        yield lambda: setattr(node, "test", ast.UnaryOp(ast.Not(), copy.copy(node.test)))
    elif (isinstance(node, ast.Return) and node.value is not None) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield lambda: setattr(node, "value", ast.Constant(None))


def _swapped(operator: ast.AST) -> ast.AST:
    return _OPERATORS[type(operator)]()


def _is_text(node: ast.BoolOp | ast.BinOp) -> bool:
    """Whether strings are joined: there is nothing to take away from them."""
    sides = (node.left, node.right) if isinstance(node, ast.BinOp) else ()
    return any(
        isinstance(s, ast.JoinedStr) or (isinstance(s, ast.Constant) and isinstance(s.value, str)) for s in sides
    )
