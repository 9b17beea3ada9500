"""Variants that ask a service: several questions at once within its limit, each once, and going on after a failure."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe, recipe
from potluck.comparison.compare import Plan
from potluck.recipe.model import RecipeModel
from potluck.recipe.variants import variants
from support.planted import plant

ITEMS = 20
AT_ONCE = 4


class Service:
    """Chat completions on loopback. Every answer waits until as many are asked as the client may have under way."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.refuse_after: int | None = None
        self.most = 0
        self._now = 0
        self._changed = threading.Condition()

    def says(self, prompt: str) -> str:
        """The same answer every time; as a judge, that the longer answer is better."""
        code = re.search(r"VERDICT ([0-9a-f]{10}) 1", prompt)
        if code is None:
            return "v-1"
        first, second = re.findall(r"<answer[12] [0-9a-f]{10}>\n(.*?)\n</answer", prompt, re.DOTALL)
        return f"VERDICT {code.group(1)} {1 if len(first) > len(second) else 2}"

    def answer(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        with self._changed:
            self._now += 1
            self.most = max(self.most, self._now)
            self._changed.notify_all()
            # The last ones come alone: nobody waits for ever.
            self._changed.wait_for(lambda: self._now >= AT_ONCE, timeout=0.3)
            self._now -= 1
            if self.refuse_after is not None and self.asked.total() >= self.refuse_after:
                return 401, {"error": {"message": "the key has expired"}}
            self.asked[body["messages"][-1]["content"]] += 1
        message = {"role": "assistant", "content": self.says(body["messages"][-1]["content"])}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 1000, "completion_tokens": 10, "total_tokens": 1010}
        return 200, {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": "m",
            "choices": [choice],
            "usage": usage,
        }


@contextmanager
def serving(service: Service) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, answer = service.answer(body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def model(home: Path, service: Service) -> Iterator[RecipeModel]:
    plant(home, ITEMS)
    with serving(service) as url:
        chat = {"use": "openai", "base_url": url, "model": "m", "concurrency": AT_ONCE, "prices": [1, 100]}
        content = {"documents": "b/*.txt", "embedder": "keys", "chat": chat, "questions": "questions.jsonl"}
        path = home / "remote.yaml"
        path.write_text(json.dumps(content), encoding="utf-8")
        yield recipe.load(path)


def test_as_many_questions_are_under_way_as_the_service_may_be_asked(
    model: RecipeModel, service: Service, engine_for: Any
) -> None:
    runs = engine_for(model).run(variants(model, ["retriever.k=1,2"]))

    assert [run.error for run in runs] == [None, None]
    assert service.most == AT_ONCE
    assert service.asked.total() == 2 * ITEMS
    assert set(service.asked.values()) == {1}


def test_cost_is_of_the_tokens_that_the_service_counted(model: RecipeModel, engine_for: Any) -> None:
    (run, _) = engine_for(model).run(variants(model, ["retriever.k=1,2"]))

    assert run.cost == pytest.approx(ITEMS * (1000 * 1 + 10 * 100) / 1e6)


def test_a_service_that_fails_loses_nothing_of_what_it_has_answered(
    model: RecipeModel, service: Service, engine_for: Any
) -> None:
    service.refuse_after = ITEMS + 7
    first = engine_for(model).run(variants(model, ["retriever.k=1,2"]))
    assert first[0].error is None
    assert first[1].error is not None
    assert "401" in first[1].error
    service.refuse_after = None

    second = engine_for(model).run(variants(model, ["retriever.k=1,2"]))

    assert [run.error for run in second] == [None, None]
    assert second[0].computed["answer"] == 0
    assert second[1].computed["answer"] == ITEMS - 7
    assert service.asked.total() == 2 * ITEMS
    assert set(service.asked.values()) == {1}


def test_a_judge_is_asked_in_both_orders_and_once_ever(model: RecipeModel, service: Service) -> None:
    judge = json.dumps({"use": "openai", "base_url": model.chat.config.base_url, "model": "m", "max_tokens": 50})
    plan = Plan(swaps=["chat=reader,extractive"], judges=[judge], causes=False)
    with Recipe(model) as recipe:
        found = recipe.compare(plan).document["judge"]
        asked = service.asked.total()
        again = recipe.compare(plan).document["judge"]

    (pair,) = found["pairs"]
    assert (pair["a"], pair["b"], pair["n"]) == ("reader", "extractive", ITEMS)
    assert pair["wins_a"] + pair["wins_b"] == ITEMS
    assert (pair["agreement"], pair["unparsed"]) == (1, 0)
    assert asked == 2 * ITEMS
    assert service.asked.total() == asked
    assert again == found
