"""The Python blocks of the how-to about LangChain print what stands below them."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "langchain.md").read_text(encoding="utf-8")


def test_the_blocks_of_python_print_what_the_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "examples"
    shutil.copytree(ROOT / "docs" / "examples", copy, ignore=shutil.ignore_patterns(".potluck"))
    monkeypatch.chdir(copy / "track-specification")
    blocks = re.findall(r"```python\n(.*?)```(?:(?!```).)*?```text\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, object] = {}
    for code, shown in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code, names)
        wanted = ".*".join(re.escape(piece) for piece in shown.split("..."))
        assert re.fullmatch(wanted, printed.getvalue()), printed.getvalue()

    assert len(blocks) == PAGE.count("```python") == 3


def test_the_recipe_of_the_page_is_the_example() -> None:
    from ruamel.yaml import YAML

    written = YAML(typ="safe").load(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0])
    example = YAML(typ="safe").load((ROOT / "docs" / "examples" / "langchain" / "recipe.yaml").read_text("utf-8"))

    assert written == {key: value for key, value in example.items() if key not in ("potluck", "name")}
