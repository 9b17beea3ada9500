"""Values know their places; problems are shown at them with their line, in which secrets are covered.

Modules: ``potluck.recipe.nodes``.
"""

from __future__ import annotations

import pytest

from potluck.errors import Problem
from potluck.recipe.nodes import Findings, Node, Place, join_path, node_of, replace_at, without
from potluck.recipe.yaml_reader import parse_yaml

TEXT = "name: 食譜\ndocuments:\n  path: [甲, 乙]\n  exclude: null\nseed: 3\n"


def tree(text: str = TEXT) -> Node:
    return parse_yaml(text, Findings("食譜.yaml", text))


def at(place: Place) -> tuple[int, int]:
    return place.line, place.column


def test_a_tree_without_places_is_the_plain_value() -> None:
    assert tree().plain() == {"name": "食譜", "documents": {"path": ["甲", "乙"], "exclude": None}, "seed": 3}


def test_null_is_a_child_and_nothing_to_get() -> None:
    documents = tree().children()["documents"]

    assert list(documents.children()) == ["path", "exclude"]
    assert documents.get("exclude") is None
    assert documents.get("無") is None
    assert documents.children()["path"].children() == {}
    assert Node({"private": Node(False, Place("a"))}, Place("a")).get("private") == Node(False, Place("a"))


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ((), (1, 1), (1, 1)),
        (("name",), (1, 7), (1, 1)),
        (("documents", "path"), (3, 9), (3, 3)),
        (("documents", "path", 1), (3, 13), (3, 13)),
        (("documents", "path", 2), (3, 3), (3, 3)),
        (("documents", "無"), (2, 1), (2, 1)),
        (("documents", 0), (2, 1), (2, 1)),
        (("seed", "x"), (5, 1), (5, 1)),
    ],
)
def test_a_path_leads_to_a_value_or_to_the_nearest_thing_on_the_way(
    path: tuple[str | int, ...], value: tuple[int, int], key: tuple[int, int]
) -> None:
    assert (at(tree().find(path)), at(tree().find(path, key=True))) == (value, key)


def test_leaves_are_the_scalars_and_places_those_of_keys_and_values() -> None:
    assert [leaf.value for leaf in tree().leaves()] == ["食譜", "甲", "乙", None, 3]
    assert [leaf.value for leaf in node_of(3, Place("a")).leaves()] == [3]
    assert {at(place) for place in tree("a: [b]\n").places()} == {(1, 1), (1, 4), (1, 5)}


def test_a_plain_value_becomes_nodes_at_one_place() -> None:
    place = Place("--set k=v")
    node = node_of({"鍵": [1, {"a": None}]}, place)

    assert node.plain() == {"鍵": [1, {"a": None}]}
    assert node.places() == {place}
    assert node.keys == {"鍵": place}


def test_a_mapping_can_lack_a_key_and_stays_as_it_was() -> None:
    root = tree()

    assert without(root, "documents").plain() == {"name": "食譜", "seed": 3}
    assert without(root, "無").plain() == root.plain()
    assert at(without(root, "name").find(("seed",))) == (5, 7)


def test_a_value_is_replaced_and_mappings_on_the_way_are_made() -> None:
    root, said = tree(), Place("--set x")
    new = node_of("新", said)
    deep = replace_at(root, ["chat", "options", "甲"], new, said)
    over = replace_at(root, ["seed", "a"], new, said)

    assert replace_at(root, [], new, said) is new
    assert deep.plain() == {**root.plain(), "chat": {"options": {"甲": "新"}}}  # type: ignore[dict-item]
    assert deep.find(("chat", "options"), key=True) == said
    assert over.plain()["seed"] == {"a": "新"}  # type: ignore[index, call-overload]
    assert replace_at(root, ["name"], new, said).find(("name",), key=True) == root.keys["name"]
    assert replace_at(root, ["name"], new, said).find(("name",)) == said
    assert root.plain()["seed"] == 3  # type: ignore[index, call-overload]


def test_paths_are_written_with_dots_and_count_from_one() -> None:
    assert join_path(("documents", "path", 0, "甲")) == "documents.path.1.甲"
    assert join_path(()) == ""


def test_problems_come_in_the_order_of_the_file_with_those_of_set_behind_and_each_once() -> None:
    findings = Findings("食譜.yaml", TEXT)
    for place in (Place("--set b"), Place("食譜.yaml", 5, 7), Place("食譜.yaml", 3, 13), Place("食譜.yaml", 3, 9)):
        findings.note(place, "wrong")
        findings.note(place, "wrong")

    assert [(one.file, one.line, one.column) for one in findings.problems()] == [
        ("食譜.yaml", 3, 9), ("食譜.yaml", 3, 13), ("食譜.yaml", 5, 7), ("--set b", 0, 0),
    ]  # fmt: skip
    assert len(findings) == 4
    assert bool(findings)
    assert len(list(findings)) == 4


def test_after_a_final_problem_nothing_more_is_said_of_a_place() -> None:
    findings, place = Findings("a", "x: 1"), Place("a", 1, 1)
    findings.note(place, "first", final=True)
    findings.note(place, "then")
    findings.note(Place("a", 1, 4), "elsewhere")
    fork = findings.fork()
    fork.note(place, "in a fork")

    assert [message for _, message in findings] == ["first", "elsewhere"]
    assert (len(fork), bool(fork)) == (0, False)
    fork.note(Place("a", 1, 2), "new")
    assert fork.problems() == [Problem("a", 1, 2, "new", "x: 1")]
    assert len(findings) == 2


def test_a_problem_shows_its_line_and_no_other_file_has_one() -> None:
    findings = Findings("食譜.yaml", "name: 食譜\nseed: 3")
    for place in (Place("食譜.yaml", 2, 1), Place("食譜.yaml", 3, 1), Place("b.yaml", 1, 1)):
        findings.note(place, "x")

    assert {(one.file, one.line): one.source_line for one in findings.problems()} == {
        ("食譜.yaml", 2): "seed: 3",
        ("食譜.yaml", 3): "",
        ("b.yaml", 1): "",
    }


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("password: abc", "password: ***"),
        ("api_key: 'x y', k: 2", "api_key: *****, k: 2"),
        ("Secret: 密碼a", "Secret: ＊＊*"),
        ("token = abc}", "token = ***}"),
        ("password: ${NAME}", "password: ${NAME}"),
        ("password:", "password:"),
        ("a: \x1b[31m\u2028b\tc", "a: \ufffd[31m\ufffdb\tc"),
        ("名" * 401, "名" * 400),
    ],
)
def test_a_line_is_shown_without_secrets_and_harmless(line: str, shown: str) -> None:
    findings = Findings("a", line)
    findings.note(Place("a", 1, 1), "x")

    assert [one.source_line for one in findings.problems()] == [shown]


def test_a_line_is_not_shown_where_the_caret_would_stand_too_far_right() -> None:
    for column, shown in ((400, "x" * 400), (401, "")):
        findings = Findings("a", "x" * 500)
        findings.note(Place("a", 1, column), "x")
        assert [one.source_line for one in findings.problems()] == [shown]


def test_a_secret_that_is_written_out_is_covered_for_its_width() -> None:
    line = "{key: 密碼ab, k: 9}"
    findings = Findings("a", line)
    findings.mask_secret(Node("密碼ab", Place("a", 1, 7), width=4))
    findings.note(Place("a", 1, 16), "x")
    open_ended = Findings("a", line)
    open_ended.mask_secret(Node("密碼ab", Place("a", 1, 7)))
    open_ended.note(Place("a", 1, 1), "x")

    assert [one.source_line for one in findings.problems()] == ["{key: ＊＊**, k: 9}"]
    assert [one.source_line for one in open_ended.problems()] == ["{key: ＊＊*********"]


def test_a_secret_in_an_override_is_starred_behind_its_key() -> None:
    findings, covered = Findings("a", ""), Place("--set chat.key=abc")
    findings.mask_secret(Node("abc", covered))
    for place in (covered, Place("--set chat.password=abc"), Place("--set chat.model=abc")):
        findings.note(place, "x")

    assert [one.file for one in findings.problems()] == [
        "--set chat.key=***",
        "--set chat.password=***",
        "--set chat.model=abc",
    ]
