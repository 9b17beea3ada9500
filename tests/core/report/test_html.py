"""The file itself, without a browser.

Modules: ``potluck.report.plots``, ``potluck.report.csv``, ``potluck.report.embedded``,
``potluck.report.html``, ``potluck.report.labels``.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re

from hypothesis import given
from hypothesis import strategies as st

from potluck.report import write_html
from potluck.report.html import _finite
from support.comparisons import comparison, result_of
from support.reports import data_of


def test_it_is_one_file_of_utf8_that_names_no_other() -> None:
    page = write_html(result_of(comparison(5, 2))).decode()
    names = "http://www.w3.org/2000/svg", "http://schemas.openxmlformats.org"
    markup = re.sub("|".join(names), "", page)
    assert not re.search(r"https?://|@import|url\(|\bsrc=", markup)


def test_the_policy_allows_the_pages_own_style_and_script_by_hash_and_nothing_else() -> None:
    page = write_html(result_of(comparison(5, 2))).decode()
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["style-src"] == f"'sha256-{digest(style)}'"
    assert rules["script-src"] == f"'sha256-{digest(script)}'"
    assert rules["img-src"] == "data:"
    assert "unsafe" not in policy


def digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@given(st.text(st.characters(), max_size=40))
def test_any_text_comes_back_and_none_can_end_its_block(text: str) -> None:
    document = comparison(1, 1)
    document["questions"][0]["question"] = text
    document["questions"][0]["answers"]["text2vec"]["text"] = "</script><!--" + text
    page = write_html(result_of(document))
    found = data_of(page)["questions"][0]
    assert found["question"] == text
    assert found["answers"][0]["text"] == "</script><!--" + text
    block = page.decode().split('id="data">', 1)[1].split("</script>", 1)[0]
    assert not re.search("[<>&\u2028\u2029]", block)


@given(st.text(st.characters(), max_size=40))
def test_any_name_may_stand_in_the_title(name: str) -> None:
    (title,) = re.findall(
        "<title>(.*?)</title>", write_html(result_of(comparison(1, 1) | {"name": name})).decode(), re.DOTALL
    )
    assert not re.search("[<>\x00\u202e]", title)


def test_half_a_surrogate_pair_does_not_stop_the_report() -> None:
    document = comparison(1, 1)
    document["questions"][0]["question"] = "a\ud83db"
    assert data_of(write_html(result_of(document)))["questions"][0]["question"] == "a\ud83db"


def test_measures_that_nobody_declared_are_shown_too() -> None:
    document = comparison(3, 1) | {"measures": []}
    names = [measure["name"] for measure in data_of(write_html(result_of(document)))["measures"]]
    assert names[:3] == ["recall@1", "recall@5", "mrr"]


def test_the_measure_of_the_comparison_is_the_one_to_begin_with() -> None:
    found = data_of(write_html(result_of(comparison(3, 1) | {"metric": "mrr"})))
    assert found["measures"][found["main"]]["label"] == "Rank of the right passage (MRR)"


def test_of_passages_that_nobody_ranks_high_only_the_place_is_kept() -> None:
    document = comparison(1, 1)
    document["chunks"] |= {f"deep{n}": {"source": "s", "section": None, "page": 9, "text": "t"} for n in range(20)}
    answer = document["questions"][0]["answers"]["text2vec"]
    answer |= {"retrieved": [f"deep{n}" for n in range(20)], "shown": 12, "citations": []}
    answer["citations"] = [{"chunk": "deep18", "start": 0, "end": 1}]
    kept = data_of(write_html(result_of(document)))
    order = kept["questions"][0]["answers"][0]["retrieved"]
    assert [kept["chunks"][number]["text"] for number in order] == ["t"] * 12 + [None] * 6 + ["t", None]


def test_a_name_that_python_or_javascript_uses_itself_is_a_name() -> None:
    document = comparison(2, 1)
    for question in document["questions"]:
        question["answers"] = {"__proto__": question["answers"]["text2vec"]}
    document["variants"][0]["name"] = document["baseline"] = "__proto__"
    found = data_of(write_html(result_of(document)))
    assert found["variants"][0]["name"] == "__proto__"
    assert found["questions"][0]["answers"][0]["text"]


def test_numbers_that_json_cannot_say_are_null_at_any_depth() -> None:
    assert _finite({"a": [1.5, math.inf, -math.inf, math.nan, "x", None, 2]}) == {
        "a": [1.5, None, None, None, "x", None, 2]
    }
