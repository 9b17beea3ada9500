"""The ``opentelemetry`` observer, with the real SDK: what is in the spans, and where they go."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from potluck import Recipe
from potluck.errors import RecipeError, RemoteError
from potluck.installation import pip_command_of_extra
from support.commands import potluck

from .conftest import NOTES, QUESTION

pytest.importorskip("opentelemetry.sdk")
pytest.importorskip("opentelemetry.exporter.otlp.proto.http")

from opentelemetry import metrics, trace
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv._incubating.metrics.gen_ai_metrics import (
    GEN_AI_CLIENT_OPERATION_DURATION,
    GEN_AI_CLIENT_TOKEN_USAGE,
)
from opentelemetry.trace import SpanKind, StatusCode


@pytest.fixture(scope="module")
def providers() -> tuple[InMemorySpanExporter, InMemoryMetricReader]:
    """The providers of this program, which can be set once."""
    spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
    traces = TracerProvider()
    traces.add_span_processor(SimpleSpanProcessor(spans))
    trace.set_tracer_provider(traces)
    metrics.set_meter_provider(MeterProvider([reader]))
    return spans, reader


@pytest.fixture
def spans(providers: tuple[InMemorySpanExporter, InMemoryMetricReader], home: Path) -> InMemorySpanExporter:
    with (home / "recipe.yaml").open("a", encoding="utf-8") as file:
        file.write("observers: opentelemetry\nname: 軌道\n")
    providers[0].clear()
    return providers[0]


def named(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in exporter.get_finished_spans()}


def of(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def parent(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent else None


def identity(span: ReadableSpan) -> int:
    assert span.context is not None
    return span.context.span_id


def test_a_run_is_one_trace_of_stages_with_the_calls_of_models_below_them(spans: InMemorySpanExporter) -> None:
    with Recipe.load("recipe.yaml") as opened:
        opened.ask(QUESTION)
    found = spans.get_finished_spans()
    root = named(spans)["potluck"]

    assert [s.name for s in found if parent(s) == identity(root)] == [
        "load", "split", "embed", "index", "retrieve", "answer"
    ]  # fmt: skip
    below = {s.name: [c.name for c in found if parent(c) == identity(s)] for s in found}
    assert set(below["embed"]) == {"embeddings hashing"}
    assert below["retrieve"] == ["embeddings hashing"]
    assert below["answer"] == ["chat extractive"]
    assert len({s.context.trace_id for s in found if s.context}) == 1
    assert of(root) == {"potluck.run": opened.observers.run, "potluck.recipe": "軌道"}
    assert all(s.start_time and s.end_time and s.start_time <= s.end_time for s in found)


def test_a_call_has_the_attributes_of_the_conventions(spans: InMemorySpanExporter) -> None:
    with Recipe.load("recipe.yaml") as opened:
        opened.ask(QUESTION)
    chat, embedding = named(spans)["chat extractive"], named(spans)["embeddings hashing"]

    assert chat.kind is SpanKind.CLIENT
    assert of(chat) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "extractive",
        "gen_ai.request.model": "extractive",
        "gen_ai.usage.input_tokens": of(chat)["gen_ai.usage.input_tokens"],
        "gen_ai.usage.output_tokens": of(chat)["gen_ai.usage.output_tokens"],
    }
    assert of(chat)["gen_ai.usage.input_tokens"] > of(chat)["gen_ai.usage.output_tokens"] > 0
    assert of(embedding)["gen_ai.operation.name"] == "embeddings"
    assert of(embedding)["gen_ai.usage.input_tokens"] == len(QUESTION)


def test_the_names_are_those_of_the_published_conventions(spans: InMemorySpanExporter) -> None:
    from opentelemetry.semconv._incubating.attributes import error_attributes, gen_ai_attributes

    with Recipe.load("recipe.yaml") as opened:
        opened.ask(QUESTION)
    published = {value for value in vars(gen_ai_attributes).values() if isinstance(value, str)}
    used = {key for span in spans.get_finished_spans() for key in of(span) if not key.startswith("potluck.")}

    assert used
    assert used <= published | {error_attributes.ERROR_TYPE}


def test_calls_are_measured(
    providers: tuple[InMemorySpanExporter, InMemoryMetricReader], spans: InMemorySpanExporter
) -> None:
    def points() -> dict[tuple[str, str, str], Any]:
        data = providers[1].get_metrics_data()
        scopes = [scope for resource in data.resource_metrics for scope in resource.scope_metrics] if data else []
        return {
            (m.name, p.attributes["gen_ai.operation.name"], p.attributes.get("gen_ai.token.type", "")): p
            for scope in scopes
            for m in scope.metrics
            for p in m.data.data_points
        }

    before = points()
    with Recipe.load("recipe.yaml") as opened:
        opened.ask(QUESTION)
    after = points()

    def grown(*key: str) -> float:
        return after[key].sum - (before[key].sum if key in before else 0)  # type: ignore[index]

    chat = of(named(spans)["chat extractive"])
    assert {name for name, *_ in after} == {GEN_AI_CLIENT_OPERATION_DURATION, GEN_AI_CLIENT_TOKEN_USAGE}
    assert grown("gen_ai.client.token.usage", "chat", "input") == chat["gen_ai.usage.input_tokens"]
    assert grown("gen_ai.client.token.usage", "chat", "output") == chat["gen_ai.usage.output_tokens"]
    assert 0 < grown("gen_ai.client.operation.duration", "chat", "") < 60
    assert after["gen_ai.client.operation.duration", "chat", ""].explicit_bounds[:3] == (0.01, 0.02, 0.04)


def test_a_failure_is_in_the_status_of_stage_call_and_run(spans: InMemorySpanExporter) -> None:
    with Recipe.load("recipe.yaml", ["embedder.fail_after=0"]) as opened, pytest.raises(RemoteError):
        opened.index()
    found = named(spans)

    for name in ("embed", "embeddings hashing", "potluck"):
        assert found[name].status.status_code is StatusCode.ERROR
        assert of(found[name])["error.type"] == "RemoteError"
    assert found["split"].status.status_code is StatusCode.UNSET


def test_no_text_of_anybody_is_in_a_span(spans: InMemorySpanExporter) -> None:
    with Recipe.load("recipe.yaml") as opened:
        opened.ask(QUESTION)
    written = "".join(span.to_json() for span in spans.get_finished_spans())

    for private in (*NOTES, "短鋼軌", "sixty-four", QUESTION, str(Path.cwd())):
        assert private not in written
        assert private.encode("unicode_escape").decode() not in written


def test_stages_belong_to_the_span_of_the_program_that_asks(spans: InMemorySpanExporter) -> None:
    tracer = trace.get_tracer("program")
    with Recipe.load("recipe.yaml") as opened:
        with tracer.start_as_current_span("first request"):
            opened.index()
        with tracer.start_as_current_span("second request"):
            opened.ask(QUESTION)
    found = named(spans)

    assert parent(found["embed"]) == identity(found["first request"])
    assert parent(found["answer"]) == identity(found["second request"])
    assert parent(found["chat extractive"]) == identity(found["answer"])
    assert "potluck" not in found


# Where they go


class Collector(BaseHTTPRequestHandler):
    """Keeps what it is sent."""

    received: ClassVar[list[tuple[str, bytes]]]
    leads_to: ClassVar[str] = ""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append((self.path, body))
        self.send_response(307 if self.leads_to else 200)
        if self.leads_to:
            self.send_header("Location", self.leads_to + self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def collector(leads_to: str = "") -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """A server on loopback; its address and what it received."""
    handler = type("Handler", (Collector,), {"received": [], "leads_to": leads_to})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", handler.received  # type: ignore[attr-defined]
        finally:
            server.shutdown()
            thread.join()


def test_with_an_endpoint_on_this_machine_spans_and_metrics_arrive_there(home: Path) -> None:
    with collector() as (address, received):
        done = potluck(
            "ask", "recipe.yaml", QUESTION, "--set", f"observers={{use: opentelemetry, endpoint: {address}}}"
        )

    assert (done.returncode, done.stderr) == (0, "")
    sent, measured = ExportTraceServiceRequest(), ExportMetricsServiceRequest()
    for path, body in received:
        {"/v1/traces": sent, "/v1/metrics": measured}[path].MergeFromString(body)
    names = {s.name for r in sent.resource_spans for scope in r.scope_spans for s in scope.spans}
    assert names >= {"potluck", "load", "embed", "answer", "chat extractive", "embeddings hashing"}
    assert {m.name for r in measured.resource_metrics for scope in r.scope_metrics for m in scope.metrics} == {
        "gen_ai.client.operation.duration",
        "gen_ai.client.token.usage",
    }
    (service,) = {
        a.value.string_value for r in sent.resource_spans for a in r.resource.attributes if a.key == "service.name"
    }
    assert service == "potluck"


def test_it_does_not_follow_a_collector_to_another_address(home: Path) -> None:
    with collector() as (elsewhere, stolen), collector(leads_to=elsewhere) as (address, received):
        done = potluck("index", "recipe.yaml", POTLUCK_OBSERVERS="opentelemetry", OTEL_EXPORTER_OTLP_ENDPOINT=address)

    assert done.returncode == 0
    assert received
    assert stolen == []
    (line,) = done.stderr.splitlines()
    assert "spans could not be sent" in line


def test_without_a_collector_there_is_one_line_and_the_run_ends_soon(home: Path) -> None:
    with collector() as (address, _):
        pass  # a port on which nobody listens any more
    started = time.monotonic()
    done = potluck(
        "ask", "recipe.yaml", QUESTION, POTLUCK_OBSERVERS="opentelemetry", OTEL_EXPORTER_OTLP_ENDPOINT=address
    )

    assert done.returncode == 0
    assert "短鋼軌：係指長度在標準長度以下5m以上之鋼軌" in done.stdout
    (line,) = done.stderr.splitlines()
    assert line.startswith("the observer potluck:opentelemetry is left out: ")
    assert line.endswith(f"spans could not be sent to {address}: is a collector there?")
    assert time.monotonic() - started < 60


def test_without_an_endpoint_and_a_provider_nothing_is_sent_and_that_is_said(home: Path) -> None:
    done = potluck("index", "recipe.yaml", POTLUCK_OBSERVERS="opentelemetry")

    assert done.returncode == 0
    (line,) = done.stderr.splitlines()
    assert "nothing says where to send spans: set OTEL_EXPORTER_OTLP_ENDPOINT, or the observer's 'endpoint'" in line


def test_an_endpoint_on_another_machine_is_remote_and_refused_for_private_documents(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    observer = "observers={use: opentelemetry, endpoint: 'https://collector.example.org:4318'}"
    with Recipe.load("recipe.yaml", [observer]) as opened:
        assert opened.remote_hosts() == {"observer": "collector.example.org"}

    with pytest.raises(RecipeError, match=r"'opentelemetry' would tell of them to collector\.example\.org"):
        Recipe.load("recipe.yaml", [observer, 'documents={path: "*.txt", private: true}'])

    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel.example.org:4318")
    with Recipe.load("recipe.yaml", ["observers=opentelemetry"]) as opened:
        assert opened.needs_network()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318")
    with Recipe.load("recipe.yaml", ["observers=opentelemetry"]) as opened:
        assert not opened.needs_network()


def test_an_endpoint_that_is_not_an_address_is_a_problem_of_the_recipe(home: Path) -> None:
    with pytest.raises(RecipeError, match="expected the address of a collector"):
        Recipe.load("recipe.yaml", ["observers={use: opentelemetry, endpoint: localhost:4318}"])


def test_without_the_package_it_is_said_where_it_is_asked_for_and_nowhere_else(home: Path, tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(
        "import sys\nclass Hide:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'opentelemetry': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Hide())\n"
    )
    paths = {"PYTHONPATH": os.pathsep.join([str(hidden), os.environ["PYTHONPATH"]])}

    assert potluck("index", "recipe.yaml", **paths).stderr == ""
    done = potluck("index", "recipe.yaml", POTLUCK_OBSERVERS="opentelemetry", **paths)
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == (
        "POTLUCK_OBSERVERS: observer 'opentelemetry' needs the packages 'opentelemetry.sdk', "
        "'opentelemetry.exporter.otlp.proto.http'. Run: " + pip_command_of_extra("opentelemetry")
    )
