"""The ``ipynb`` loader.

Modules: ``potluck_plugins.loaders._shared.jsontext``.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from potluck.errors import DocumentLimit, NoText, UnreadableDocument
from support.loading import load, load_one, outline


def notebook(*cells: dict[str, Any]) -> str:
    return json.dumps({"cells": cells, "metadata": {"kernelspec": {"language": "python"}}, "nbformat": 4})


def markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": text.splitlines(keepends=True)}


def code(text: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "source": text, "outputs": list(outputs)}


def test_half_a_surrogate_pair_is_replaced_and_told() -> None:
    document = load_one("ipynb", notebook(markdown("鋼軌 \udc00 26")))

    assert document.text.strip() == "鋼軌 \ufffd 26"
    assert document.losses == ("1 character is half of a surrogate pair and was replaced by \ufffd",)


def test_cells_are_read_in_their_order() -> None:
    document = load_one(
        "ipynb",
        notebook(
            markdown("# 軌距\n\n說明"),
            code("# no heading\nprint(1067)", {"output_type": "stream", "text": ["1067\n", "mm\n"]}),
            markdown("## 1.2 結果"),
        ),
    )

    assert document.text == "# 軌距\n\n說明\n\n# no heading\nprint(1067)\n1067\nmm\n\n## 1.2 結果\n"
    assert outline(document) == [(None, "軌距", 1), ("1.2", "結果", 2)]
    assert document.metadata == {"language": "python"}


def test_results_can_be_left_out() -> None:
    document = load_one("ipynb", notebook(code("1", {"data": {"text/plain": "一"}})), outputs=False)

    assert document.text == "1\n"


def test_pictures_are_counted_and_colours_are_taken_out() -> None:
    document = load_one(
        "ipynb",
        notebook(
            code("plot()", {"output_type": "display_data", "data": {"image/png": "QUJD"}}),
            code("x", {"output_type": "error", "traceback": ["\x1b[0;31mNameError\x1b[0m", "line 2"]}),
        ),
    )

    assert document.text == "plot()\n\nx\nNameError\nline 2\n"
    assert document.losses == ("1 pictures or other results without text were not read",)


def test_a_notebook_of_the_third_format_is_read() -> None:
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": ["print(1)"], "outputs": []}]}]}

    assert load_one("ipynb", json.dumps(old)).text == "print(1)\n"


@pytest.mark.parametrize("content", ["{}", "[]", "no json", '{"cells": ', "[" * 100_000])
def test_what_is_not_a_notebook_is_an_error(content: str) -> None:
    with pytest.raises((UnreadableDocument, DocumentLimit), match=r"not a notebook|nested more than"):
        load("ipynb", content)


@pytest.mark.parametrize("cells", [None, 3, ["x"], [{"source": {"a": 1}}], [{"outputs": [{"data": [1], "text": 3}]}]])
def test_strange_cells_do_no_harm(cells: Any) -> None:
    load("ipynb", json.dumps({"cells": cells, "metadata": []}))


def test_an_empty_file_has_no_text() -> None:
    with pytest.raises(NoText):
        load("ipynb", "")
