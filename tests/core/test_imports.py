"""The modules of the core import each other in one direction, inside functions and for types too."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

CORE = Path(__file__).parents[2] / "core"


def module_of(root: Path, file: Path) -> str:
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.Module, modules: Mapping[str, Path]) -> Iterator[str]:
    """Modules that a module imports anywhere; of ``from package import name`` the name's own, where it is one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield from (one for one in [name if name in modules else node.module] if one in modules)


def imports(root: Path) -> dict[str, set[str]]:
    modules = {module_of(root, file): file for file in root.rglob("*.py")}
    trees = {name: ast.parse(file.read_text(encoding="utf-8")) for name, file in modules.items()}
    return {name: set(imported(tree, modules)) - {name} for name, tree in trees.items()}


def test_no_module_of_the_core_imports_itself_by_way_of_others() -> None:
    TopologicalSorter(imports(CORE)).prepare()


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("from package.b import x", "import package.a"),
        ("from package import b", "from package.a import y"),
        ("def f():\n    import package.b", "if TYPE_CHECKING:\n    from package.a import y"),
    ],
)
def test_circles_are_found_wherever_the_imports_stand(tmp_path: Path, a: str, b: str) -> None:
    (tmp_path / "package").mkdir()
    for name, text in {"__init__": "", "a": a, "b": b}.items():
        (tmp_path / "package" / f"{name}.py").write_text(text, encoding="utf-8")

    with pytest.raises(CycleError):
        TopologicalSorter(imports(tmp_path)).prepare()
