"""What pydantic finds is said in the words of a recipe, and secrets are never said.

Modules: ``potluck.contracts.config``, ``potluck.recipe.axes``, ``potluck.recipe.axis_labels``,
``potluck.recipe.build``, ``potluck.recipe.effects``, ``potluck.recipe.futile_swaps``, ``potluck.recipe.messages``,
``potluck.recipe.observer_keys``, ``potluck.recipe.overrides``, ``potluck.recipe.paths``,
``potluck.recipe.prompt_template``, ``potluck.recipe.recipe_loader``, ``potluck.recipe.schema``,
``potluck.recipe.swaps``, ``potluck.recipe.tuning_keys``, ``potluck.recipe.tuning_settings``,
``potluck.recipe.variants``, ``potluck.recipe.yaml_messages``, ``potluck.recipe.yaml_reader``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from potluck.errors import RecipeError
from potluck.recipe.model import RecipeModel
from potluck.recipe.nodes import Findings, node_of
from potluck.recipe.validation import Place, validate

Problems = Callable[..., list[str]]
Read = Callable[..., RecipeModel]

CHAT = "documents: a\nembedder: hashing\nchat: {use: picky, %s}\n"
LITERAL = "a secret is not written into a recipe: write ${NAME} and set the variable NAME"
ENVIRONMENT = "environment references ${NAME} are for secrets only"

CASES = [
    ("ratio: much", "3:27: chat.ratio: expected a number, got 'much'"),
    ("ratio: true", "3:27: chat.ratio: expected a number, got true"),
    ("ratio: .nan", "3:27: chat.ratio: expected a finite number, got .nan"),
    ("ratio: inf", "3:27: chat.ratio: expected a finite number, got 'inf'"),
    ("count: 1.5", "3:27: chat.count: expected a whole number, got 1.5"),
    ("count: 3", "3:27: chat.count: expected a multiple of 2, got 3"),
    ("count: 0", "3:27: chat.count: expected at least 2, got 0"),
    ("count: 202", "3:27: chat.count: expected at most 200, got 202"),
    ("count: [2]", "3:27: chat.count: expected a whole number, got a list"),
    ("count: 102", "3:1: chat: count (102) is too large for ratio (0.5)"),
    ("above: 0", "3:27: chat.above: expected more than 0.0, got 0"),
    ("above: 1", "3:27: chat.above: expected less than 1.0, got 1"),
    ("nullable: 一", "3:30: chat.nullable: expected a whole number, got '一'"),
    ("flag: maybe", "3:26: chat.flag: expected true or false, got 'maybe'"),
    ("flag: 2", "3:26: chat.flag: expected true or false, got 2"),
    ("many: 1", "3:26: chat.many: expected a list, got 1"),
    ("many: []", "3:26: chat.many: expected at least 1 entry, got an empty list"),
    ("many: [1, 2, 3, 4]", "3:26: chat.many: expected at most 3 entries, got a list"),
    ("many: [1, x]", "3:30: chat.many.2: expected a whole number, got 'x'"),
    ("many: [1, true]", "3:30: chat.many.2: expected a whole number, got true"),
    ("table: [1]", "3:27: chat.table: expected a mapping, got a list"),
    ("table: {表: x}", "3:31: chat.table.表: expected a number, got 'x'"),
    ("table: {a: .inf}", "3:31: chat.table.a: expected a finite number, got .inf"),
    ("inner: 5", "3:27: chat.inner: expected a mapping, got 5"),
    ("inner: {}", "3:20: chat.inner.size: is missing"),
    ("inner: {size: 1, sze: 1}", "3:37: unknown key 'sze' in chat.inner"),
    ("inner: {size: 1, names: [a, 5]}", "3:48: chat.inner.names.2: expected a text, got 5"),
    ("mixed: cjkk", "3:27: chat.mixed: expected one of 'cjk', 'latin' or a list, got 'cjkk' (did you mean 'cjk'?)"),
    ("mixed: [a, 5]", "3:31: chat.mixed.2: expected a text, got 5"),
    ("mixed: []", "3:27: chat.mixed: expected at least 1 entry, got an empty list"),
    ("word: 5", "3:26: chat.word: expected a text, got 5"),
    ("word: a", "3:26: chat.word: expected at least 2 characters, got 'a'"),
    ("word: abcde", "3:26: chat.word: expected at most 4 characters, got 'abcde'"),
    ("word: 字詞", "3:26: chat.word: expected a text that matches ^[a-z]+$, got '字詞'"),
    ("odd-name: x", "3:30: chat.odd-name: expected a whole number, got 'x'"),
    ("odd_name: 1", "3:20: unknown key 'odd_name' (did you mean 'odd-name'?) in chat"),
    (
        "renamed: 1",
        "3:20: unknown key 'renamed' in chat. It takes key, long_key, headers, keys, ratio, count, above, nullable, "
        "flag, many, table, inner, mixed, word, odd-name, host, whim, use",
    ),
    ("whim: assert", "3:26: chat.whim: must not be that"),
    ("whim: wrong", "3:26: chat.whim: that is not wanted"),
    ("whim: crash", "3:1: chat: the settings could not be checked: KeyError: 'no'"),
    ("whim: '${HOME}'", f"3:26: {ENVIRONMENT}"),
    ("table: {a: '${HOME}'}", f"3:31: {ENVIRONMENT}"),
    ("key: sk-canary", f"3:25: {LITERAL}"),
    ("key: 1234", f"3:25: {LITERAL}"),
    ("key: ''", f"3:25: {LITERAL}"),
    ("key: 'sk-${CANARY}'", f"3:25: {LITERAL}"),
    ("key: $CANARY", f"3:25: {LITERAL}"),
    ("key: '${NOT_SET_ANYWHERE}'", "3:25: the environment variable NOT_SET_ANYWHERE is not set"),
    ("key: ['${CANARY}']", "3:25: chat.key: expected a text"),
    ("long_key: '${CANARY}'", "3:30: chat.long_key: expected at least 12 characters"),
    ("headers: {a: '${CANARY}', b: sk-canary}", f"3:49: {LITERAL}"),
    ("keys: ['${CANARY}', sk-canary]", f"3:40: {LITERAL}"),
    ("key: '${CANARY}', whim: leak", "3:1: chat: bad key ***"),
]


@pytest.fixture(autouse=True)
def _canary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", "sk-canary")


@pytest.mark.parametrize(("settings", "expected"), CASES, ids=lambda value: repr(value)[:40])
def test_each_wrong_setting_is_named_in_plain_words(settings: str, expected: str, problems: Problems) -> None:
    assert problems(CHAT % settings) == [expected]


def test_all_wrong_settings_of_a_component_are_named_at_once(problems: Problems) -> None:
    found = problems(
        CHAT % "key: sk-canary, count: 3, odd: 1, whim: '${HOME}', flag: 3, long_key: '${NOT_SET_ANYWHERE}'"
    )

    assert [one.split(" ")[0] for one in found] == ["3:25:", "3:43:", "3:46:", "3:60:", "3:77:", "3:90:"]


@pytest.mark.parametrize(
    ("settings", "name", "value"),
    [
        ("count: null", "count", 2),
        ("nullable: null", "nullable", None),
        ("nullable: ", "nullable", None),
        ("flag: yes", "flag", True),
        ("count: '4'", "count", 4),
        ("count: 4.0", "count", 4),
        ("odd-name: 5", "renamed", 5),
        ("many: [3]", "many", [3]),
        ("mixed: [甲]", "mixed", ["甲"]),
    ],
)
def test_what_can_be_understood_is(settings: str, name: str, value: object, read: Read) -> None:
    assert getattr(read(CHAT % settings).chat.config, name) == value


def test_no_words_of_the_validation_library_reach_a_user() -> None:
    """Every kind of mistake that pydantic knows how to describe, as far as a recipe can make it."""
    import datetime
    import decimal
    import enum
    import pathlib
    import uuid

    from pydantic import AnyUrl, create_model

    from potluck.contracts import Config

    class Colour(enum.Enum):
        RED = "red"

    types = [int, float, bool, str, bytes, list[int], tuple[int, int], set[int], dict[str, int], decimal.Decimal]
    types += [datetime.date, datetime.datetime, datetime.time, datetime.timedelta, AnyUrl, pathlib.Path, uuid.UUID]
    types += [Colour, None, int | bool, tuple[str, ...] | int]
    for one in types:
        model = create_model("Settings", __base__=Config, x=(one, ...))
        for value in ("??", 5, 1.5, True, [], ["a", "b", "c"], {}, {"a": "b"}, None):
            findings, place = Findings("r", ""), Place("r", 1, 1)
            validate(model, node_of({"x": value}, place), "label", place, findings)
            for _, message in findings:
                assert not re.search(r"[Ii]nput|[Vv]alid (integer|string|number)|instance|pydantic|type=", message), (
                    message
                )
                assert message.startswith("label.x"), message


def test_a_key_of_the_recipe_that_resembles_a_setting_is_not_told_to_be_indented_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever the words of the message: here a secret takes them out of it."""
    from pydantic import SecretStr

    from potluck.contracts import Config

    class Password(Config):
        stores: int = 0
        key: SecretStr = SecretStr("")

    monkeypatch.setenv("CANARY", "did you mean")
    place = Place("r", 1, 1)

    def problems_of(key: str) -> list[str]:
        findings = Findings("r", "")
        validate(Password, node_of({key: 1, "key": "${CANARY}"}, place), "chat", place, findings)
        return [message for _, message in findings]

    assert problems_of("store") == ["unknown key 'store' (*** 'stores'?) in chat"]
    assert problems_of("tuner") == ["unknown key 'tuner' in chat; it is a key of the recipe itself: indent it less"]


def test_a_secret_is_covered_wherever_its_line_is_shown(read: Read) -> None:
    from potluck.errors import RecipeError

    for text in (
        "chat: {use: picky, key: sk-canary, odd: 1, keys: [秘密, sk-canary]}\n",
        "documents: {path: a, password: sk-canary, privat: true}\n",
        "chat: {use: picky, key: |\n    sk-canary}\n",
        "chat: {use: picky, api_key: sk-canary, 'my-password': sk-canary}\nstore: exakt\n",
        "chat:\n  api_key: 'sk-canary\n",
        'chat:\n  "api_key": "sk-canary" x\n',
    ):
        with pytest.raises(RecipeError) as caught:
            read(text)
        assert "canary" not in str(caught.value)
        assert "秘" not in str(caught.value)
    with pytest.raises(RecipeError) as caught:
        read("chat: {use: picky, odd: 1, key: 秘密ab, odder: 1}\n")
    assert caught.value.problems[0].source_line == "chat: {use: picky, odd: 1, key: ＊＊**, odder: 1}"


@pytest.mark.parametrize(
    "override",
    ["chat.key=sk-canary", "documents.password=sk-canary", "documents.password='sk-canary", "api_key=sk-canary"],
)
def test_a_secret_in_an_override_is_covered_too(override: str, read: Read) -> None:
    from potluck.errors import RecipeError

    with pytest.raises(RecipeError) as caught:
        read("documents: {path: a}\nchat: picky\n", override)

    assert "canary" not in str(caught.value)
    assert f"--set {override.partition('=')[0]}=***: " in str(caught.value)


def test_a_secret_that_is_read_appears_nowhere(read: Read) -> None:
    recipe = read(
        "documents: {path: a, password: '${CANARY}'}\nembedder: hashing\n"
        "chat: {use: picky, key: '${CANARY}', headers: {a: '${CANARY}'}, keys: ['${CANARY}']}\n"
    )

    assert recipe.documents is not None
    assert recipe.documents.password is not None
    assert recipe.documents.password.get_secret_value() == "sk-canary"
    assert "canary" not in repr(recipe)
    assert "canary" not in str(recipe.as_mapping())
    assert recipe.as_mapping()["documents"]["password"] == "${CANARY}"
    assert recipe.as_mapping()["chat"]["headers"] == {"a": "${CANARY}"}


def test_a_name_that_is_refused_comes_with_its_reason_and_with_those_that_are_taken(read: Read) -> None:
    training = "training: {logging_steps: 3, bf16: true, save_total_limit: 2, loging_steps: 3}"
    text = f"model: m\ndataset: {{path: x.jsonl}}\ntuner: {{use: lora, {training}}}\n"

    with pytest.raises(RecipeError) as caught:
        read(text)
    found = {one.message.split("'")[1]: one.message for one in caught.value.problems if "unknown key" in one.message}
    assert found["bf16"].startswith(
        "unknown key 'bf16' in tuner.training: write dtype: bfloat16 or float32. It takes num_train_epochs, max_steps, "
    )
    assert "logging_steps, report_to" in found["bf16"]
    assert found["save_total_limit"].startswith(
        "unknown key 'save_total_limit' in tuner.training: only the last checkpoint"
    )
    assert found["loging_steps"] == "unknown key 'loging_steps' (did you mean 'logging_steps'?) in tuner.training"
