"""Values of a recipe with their places: finding and replacing them, and problems whose lines show no secret."""

from __future__ import annotations

from potluck.recipe.nodes import Findings, Node, Place, join_path, node_of, replace_at, without

HERE = Place("recipe.yaml", 2, 3)
KEY = Place("recipe.yaml", 1, 1)


def tree() -> Node:
    inner = Node({"k": Node(4, Place("recipe.yaml", 2, 6))}, HERE, {"k": HERE})
    return Node({"retriever": inner, "路徑": Node([Node("甲", KEY), Node(None, KEY)], KEY)}, KEY, {"retriever": KEY})


def test_a_plain_value_becomes_nodes_of_one_place_and_back() -> None:
    value = {"路徑": ["甲", {"深": None}], "k": 4}

    node = node_of(value, HERE)  # type: ignore[arg-type]

    assert node.plain() == value
    assert node.places() == {HERE}
    assert [leaf.value for leaf in node.leaves()] == ["甲", None, 4]


def test_null_is_as_if_it_were_absent() -> None:
    node = Node({"a": Node(None, HERE), "b": Node(False, HERE)}, KEY)

    assert (node.get("a"), node.get("c")) == (None, None)
    assert node.get("b") == Node(False, HERE)


def test_a_place_is_that_of_the_value_of_its_key_or_of_the_nearest_thing_there() -> None:
    root = tree()

    assert root.find(("retriever", "k")) == Place("recipe.yaml", 2, 6)
    assert root.find(("retriever", "k"), key=True) == HERE
    assert root.find(("retriever", "missing")) == KEY
    assert root.find(("路徑", 7)) == KEY


def test_a_replaced_value_leaves_the_tree_as_it_was_and_makes_the_mappings_on_its_way() -> None:
    root, label = tree(), Place("--set answer.method=refine")

    changed = replace_at(root, ["answer", "method"], Node("refine", label), label)

    assert changed.children()["answer"].plain() == {"method": "refine"}
    assert changed.find(("answer", "method")) == label
    assert "answer" not in root.children()
    assert without(changed, "answer").plain() == root.plain()


def test_a_path_counts_from_one_as_people_do() -> None:
    assert join_path(("documents", "path", 1)) == "documents.path.2"


def test_a_problem_shows_its_line_without_the_secret_in_it_one_star_for_each_cell() -> None:
    findings = Findings("recipe.yaml", "chat:\n  密碼: 甲b\n")
    findings.mask_secret(Node("甲b", Place("recipe.yaml", 2, 7), width=2))
    findings.note(Place("recipe.yaml", 2, 7), "a secret is not written into a recipe")

    (problem,) = findings.problems()

    assert (problem.line, problem.column) == (2, 7)
    assert "＊*" in str(problem)
    assert "甲b" not in str(problem)


def test_after_a_final_problem_nothing_more_is_said_of_its_place() -> None:
    findings = Findings("recipe.yaml", "a: 1\n")
    findings.note(HERE, "first", final=True)
    findings.note(HERE, "second")
    findings.note(KEY, "elsewhere")

    assert [message for _, message in findings] == ["first", "elsewhere"]
    assert (len(findings.fork()), bool(findings.fork())) == (0, False)


def test_problems_come_in_the_order_of_the_file_and_those_of_overrides_last() -> None:
    findings = Findings("recipe.yaml", "a: 1\nb: 2\n")
    for place, message in ((Place("--set c=3"), "third"), (Place("recipe.yaml", 2, 1), "second"), (KEY, "first")):
        findings.note(place, message)

    assert [problem.message for problem in findings.problems()] == ["first", "second", "third"]
