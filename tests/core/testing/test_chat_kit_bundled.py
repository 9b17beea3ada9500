"""The bundled chat models keep the rules of the kit: tiny models that are made here, and a real server on loopback.

Modules: ``potluck_plugins.chat.seq2seq``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from potluck import plugins
from potluck.contracts import Context, Tuned
from potluck.documents import plain
from potluck.errors import ContextExceeded
from potluck.model_sources.model_store import ModelStore
from potluck.testing import Check, Subject, checks, tiny_model
from potluck.testing.chat_prompts import ALIKE, QUESTIONS, prompt_for
from potluck.testing.texts import SENTENCES
from support.kits import hold
from support.servers import CONTEXT, SMOLLM2, llama_server
from support.tiny_gguf import tiny_gguf
from support.tiny_models import tiny_masked, tiny_seq2seq

for library in ("torch", "gguf", "xllamacpp", "openai"):
    pytest.importorskip(library, reason="all chat models are tried")

LONGEST = 512
SAID = (
    *(
        "thirty centimetres deep, and not less.",
        "a helmet on the track.",
        "不得小於三十公分。",
        "每週至少一次，並作成紀錄。",
    ),
    *("三十公分。", "一次。", "今天的天氣很好。", "一二三四五六七八九十。"),
)
CANNOT_SCORE = {check.rule for check in checks("chat") if check.run.__module__.endswith("likelihoods")} - {
    "who-cannot-score-says-so"
}
ONE_AT_A_TIME = {"prices-are-for-a-million", "calls-at-once", "who-cannot-score-says-so"}
DOES_NOT_APPLY = {
    "extractive": {"prices-are-for-a-million", "too-long-is-refused", "window-is-honest", "calls-at-once"}
    | CANNOT_SCORE,
    "llama-cpp": {*ONE_AT_A_TIME, "quotes-are-spans", "vocabulary-is-words"},
    "transformers": {*ONE_AT_A_TIME, "quotes-are-spans"},
    "seq2seq": {*ONE_AT_A_TIME, "quotes-are-spans", "vocabulary-is-words"},
    "masked-lm": {check.rule for check in checks("chat")}
    - (CANNOT_SCORE - {"answers-are-likely"})
    - {"says-what-it-is", "answers-or-scores", "tokens-are-counted", "identity-is-text"},
    "openai": {"window-is-honest", "quotes-are-spans"} | CANNOT_SCORE,
}
"""Rules that a kind of model has no part in. That they are skipped is tested: a rule is not to fall silent."""


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("llama"))


@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gguf(tmp_path_factory.mktemp("gguf"), seed=6)


@pytest.fixture(scope="module")
def server(gguf: Path) -> Iterator[str]:
    with llama_server(gguf) as url:
        yield url


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    words = [text.rstrip(".。").split()[-1] if text.isascii() else text[-3:-1] for text in SENTENCES]
    return tiny_masked(tmp_path_factory.mktemp("bert"), SENTENCES, words, steps=20, longest=LONGEST)


@pytest.fixture(scope="module")
def t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    asks = [plain(prompt_for(question)) for question in (*QUESTIONS, *ALIKE)]
    return tiny_seq2seq(tmp_path_factory.mktemp("t5"), list(zip(asks, SAID, strict=True)), longest=LONGEST)


@pytest.fixture
def settings(request: pytest.FixtureRequest, plugin: str) -> dict[str, Any]:
    made = request.getfixturevalue
    if plugin == "extractive":
        return {}
    if plugin == "openai":
        url = made("server")
        return {"base_url": f"{url}/v1", "model": "tiny", "context_window": CONTEXT, "prices": (0.5, 1.5)}
    if plugin == "llama-cpp":
        return {"model": str(made("gguf")), "threads": 1}
    folder = made({"transformers": "llama", "masked-lm": "bert", "seq2seq": "t5"}[plugin])
    return {"model": str(folder), "threads": 1, **({} if plugin == "masked-lm" else {"dtype": "float32"})}


@pytest.mark.parametrize("plugin", DOES_NOT_APPLY)
@pytest.mark.parametrize("check", checks("chat"), ids=str)
def test_the_bundled_chat_models_keep_the_rules(
    check: Check, plugin: str, settings: dict[str, Any], tmp_path: Path
) -> None:
    hold(check, plugin, settings, tmp_path, DOES_NOT_APPLY[plugin])


class Head:
    """What a classification head puts on a model, untrained."""

    labels = ("fruit", "weather")
    past_length = 0

    def past(self) -> None:
        """Nothing stands before a prompt."""

    def embeddings(self) -> None:
        """Nor before a text."""

    def active(self) -> AbstractContextManager[None]:
        return nullcontext()

    def classify(self, hidden: Any) -> Any:
        return hidden[:, :2].float().log_softmax(-1)


@pytest.mark.parametrize(("plugin", "folder"), [("transformers", "llama"), ("masked-lm", "bert")])
def test_a_model_that_names_labels_refuses_what_does_not_fit_its_window(
    request: pytest.FixtureRequest, tmp_path: Path, plugin: str, folder: str
) -> None:
    found = plugins.find("chat", plugin)
    config = plugins.offer(found).config(model=str(request.getfixturevalue(folder)))
    tuned = Tuned(tmp_path, "", lambda model, tokenizer: Head())
    context = Context(tmp_path, tmp_path, ModelStore(tmp_path), tuned=tuned)
    tested = Subject(lambda own: plugins.make(found, config, context), tmp_path)

    for check in checks("chat"):
        if check.rule in ("answers", "repeatable", "usage-is-counted", "too-long-is-refused", "pieces-are-the-answer"):
            check.on(tested)
    with pytest.raises(ContextExceeded, match=str(LONGEST)):
        tested.make().likelihoods("軌道 track " * LONGEST, ["fruit"])


@pytest.mark.slow
@pytest.mark.parametrize("check", checks("chat"), ids=str)
def test_a_model_that_knows_languages_keeps_the_rules_too(check: Check, tmp_path: Path) -> None:
    check("llama-cpp", tmp_path, {"model": SMOLLM2, "context": LONGEST, "threads": 1})
