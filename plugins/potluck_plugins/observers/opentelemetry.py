"""Turns stages into spans and calls of models into spans and metrics of OpenTelemetry.

The names follow the semantic conventions for generative AI (https://opentelemetry.io/docs/specs/semconv/gen-ai/). The
SDK and the OTLP exporter (Apache-2.0) do the work. Spans hold counts, times, names of plugins and models and the
classes of errors: no prompt, answer, document or file name.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import field_validator

import potluck
from potluck.contracts import Config, Context, Observer
from potluck.egress import is_loopback
from potluck.errors import PotluckError
from potluck.hookspecs import ModelCall, StageEvent

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import Span, TracerProvider
    from opentelemetry.util.types import AttributeValue

VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT"

_TIMEOUT = 2.0
"""Seconds that sending may take, with all attempts; at the end of a run people wait for it."""

_SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
_TOKENS = [float(4**power) for power in range(14)]
"""The bounds of the histograms' buckets that the conventions ask for."""


class OpenTelemetryConfig(Config):
    """Settings of the ``opentelemetry`` observer."""

    endpoint: str | None = None
    """Where spans and metrics are sent, by OTLP over HTTP: http://localhost:4318. OTEL_EXPORTER_OTLP_ENDPOINT if left
    out; without both they go to the provider that the program has set."""

    @field_validator("endpoint")
    @classmethod
    def _is_url(cls, value: str | None) -> str | None:
        if value is not None and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("expected the address of a collector, such as http://localhost:4318")
        return value


class OpenTelemetry(Observer):
    """A span for each stage below the stage it runs in, and for each call of a model below its stage."""

    def __init__(self, config: OpenTelemetryConfig, context: Context) -> None:
        """Take the program's providers, or make some that send to the endpoint."""
        endpoint = config.endpoint or context.environment.get(VARIABLE)
        self._sender = _Sender(endpoint) if endpoint else None
        traces, meters = self._sender.providers if self._sender else _providers_of_the_program()
        self._tracer = traces.get_tracer("potluck", potluck.__version__)
        meter = meters.get_meter("potluck", potluck.__version__)
        self._duration = meter.create_histogram(
            "gen_ai.client.operation.duration",
            "s",
            "How long a call of a model took.",
            explicit_bucket_boundaries_advisory=_SECONDS,
        )
        self._tokens = meter.create_histogram(
            "gen_ai.client.token.usage",
            "{token}",
            "Tokens that went into a model, and came out of it.",
            explicit_bucket_boundaries_advisory=_TOKENS,
        )
        self._spans: dict[int, Span] = {}
        self._root: Span | None = None

    @potluck.hookimpl
    def potluck_stage_started(self, event: StageEvent) -> None:
        """Begin a span: below its stage, or the program's span, or that of the run, which begins with its first."""
        attributes: dict[str, AttributeValue] = {"potluck.run": event.run, "potluck.recipe": event.recipe}
        start = _nanoseconds(event.started)
        if self._root is None and self._below(event.parent) is None and not _within_a_span():
            self._root = self._tracer.start_span("potluck", attributes=attributes, start_time=start)
        attributes["potluck.stage.unit"] = event.unit
        if event.component:
            attributes["potluck.component"] = event.component
        if event.model:
            attributes["gen_ai.request.model"] = event.model
        self._spans[event.id] = self._tracer.start_span(
            event.stage, self._below(event.parent), attributes=attributes, start_time=start
        )

    @potluck.hookimpl
    def potluck_stage_finished(self, event: StageEvent) -> None:
        """End the span."""
        self._end(event)

    @potluck.hookimpl
    def potluck_stage_failed(self, event: StageEvent, error: BaseException) -> None:
        """End the span as failed."""
        for span in (self._spans.get(event.id), self._root):
            if span is not None:
                _mark_failed(span, type(error).__name__)
        self._end(event)

    @potluck.hookimpl
    def potluck_model_called(self, call: ModelCall) -> None:
        """Make a span of a call, and measure it."""
        from opentelemetry.trace import SpanKind

        about: dict[str, AttributeValue] = {
            "gen_ai.operation.name": call.operation,
            "gen_ai.provider.name": call.component,
            "gen_ai.request.model": call.model,
            **({"error.type": call.error} if call.error else {}),
        }
        used = {"input": call.input_tokens, "output": call.output_tokens}
        counts = {kind: count for kind, count in used.items() if count is not None}
        span = self._tracer.start_span(
            f"{call.operation} {call.model}",
            self._below(call.stage),
            SpanKind.CLIENT,
            {**about, **{f"gen_ai.usage.{kind}_tokens": count for kind, count in counts.items()}},
            start_time=_nanoseconds(call.started),
        )
        if call.error:
            _mark_failed(span, call.error)
        span.end(_nanoseconds(call.started + call.seconds))
        self._duration.record(call.seconds, about)
        for kind, count in counts.items():
            self._tokens.record(count, {**about, "gen_ai.token.type": kind})

    def close(self) -> None:
        """End the trace, and send what has not been sent."""
        if self._root is not None:
            self._root.end()
        if self._sender is not None:
            self._sender.close()

    def _end(self, event: StageEvent) -> None:
        span = self._spans.pop(event.id, None)
        if span is None:
            return
        span.set_attribute("potluck.stage.done", event.done)
        for name, value in event.measures.items():
            span.set_attribute(f"potluck.stage.{name}", value)
        span.end(_nanoseconds(event.started + event.seconds))

    def _below(self, stage: int) -> Any:
        """The context of what happens within a stage; None for that of the program."""
        from opentelemetry.trace import set_span_in_context

        span = self._spans.get(stage)
        if span is None and not _within_a_span():
            span = self._root
        return set_span_in_context(span) if span is not None else None


class _Sender:
    """Providers that send to an endpoint."""

    def __init__(self, endpoint: str) -> None:
        import requests
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult

        lost: list[int] = []

        class Spans(OTLPSpanExporter):
            def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
                result = super().export(spans)
                if result is not SpanExportResult.SUCCESS:
                    lost.append(len(spans))
                return result

        # What the exporter says of each attempt is for programs that keep a log; people get one line at the end.
        logging.getLogger("opentelemetry").addHandler(logging.NullHandler())
        session = requests.Session()
        session.max_redirects = 0  # it goes where it was said to go
        session.trust_env = _remote(endpoint) is not None  # no proxy stands before this machine
        base = endpoint.rstrip("/")
        resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", "potluck")})
        traces = TracerProvider(resource=resource, shutdown_on_exit=False)
        traces.add_span_processor(BatchSpanProcessor(Spans(f"{base}/v1/traces", timeout=_TIMEOUT, session=session)))
        metrics = OTLPMetricExporter(f"{base}/v1/metrics", timeout=_TIMEOUT, session=session)
        meters = MeterProvider([PeriodicExportingMetricReader(metrics)], resource, shutdown_on_exit=False)
        self.providers = traces, meters
        self._base, self._lost = base, lost

    def close(self) -> None:
        """Send the rest. Raises ``PotluckError`` if spans could not be sent."""
        traces, meters = self.providers
        traces.shutdown()
        if self._lost:
            raise PotluckError(f"{sum(self._lost)} spans could not be sent to {self._base}: is a collector there?")
        meters.shutdown()


def _providers_of_the_program() -> tuple[TracerProvider, MeterProvider]:
    from opentelemetry import metrics, trace

    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        raise PotluckError(f"nothing says where to send spans: set {VARIABLE}, or the observer's 'endpoint'")
    return trace.get_tracer_provider(), metrics.get_meter_provider()


def _within_a_span() -> bool:
    """Whether the program that uses potluck is tracing what it does just now."""
    from opentelemetry.trace import get_current_span

    return get_current_span().get_span_context().is_valid


def _mark_failed(span: Span, error: str) -> None:
    from opentelemetry.trace import StatusCode

    span.set_attribute("error.type", error)
    span.set_status(StatusCode.ERROR)


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)


def _remote(endpoint: str) -> str | None:
    """The host of an address, unless it is this machine."""
    host = urlsplit(endpoint).hostname or ""
    return None if is_loopback(host) else host


def _sends_to(config: OpenTelemetryConfig) -> str | None:
    endpoint = config.endpoint or os.environ.get(VARIABLE)
    return _remote(endpoint) if endpoint else None


@potluck.hookimpl
def potluck_observer() -> potluck.Offer[OpenTelemetry]:
    """Offer the observer."""
    return potluck.Offer(
        "spans and metrics of OpenTelemetry, with the conventions for generative AI",
        OpenTelemetryConfig,
        OpenTelemetry,
        requires=("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"),
        extra="opentelemetry",
        sends_to=_sends_to,
    )
