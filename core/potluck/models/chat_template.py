"""Chat templates: programs in Jinja that come with a model, and may be wrong or malicious.

They run in Jinja's sandbox, with limits of time and room, and whatever goes wrong is one error that names the model.
Before an engine of its own runs one without limits, it is tried here (``check_limits``). What they may call is what
transformers lets them call (``apply_chat_template``): the same templates give the same text.
"""

from __future__ import annotations

import functools
import json
import re
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import FrameType
from typing import TYPE_CHECKING, Any

from potluck.errors import TemplateFailed

if TYPE_CHECKING:
    from jinja2 import Template

    from potluck.documents import Message

SECONDS = 5.0
"""The longest that a template may take for one conversation. Real ones take less than a millisecond."""
CHARACTERS = 1_000_000
"""The most that a template may write besides ten times the messages. Real ones write some thousands."""
DEPTH = 100
"""How deep a template's macros may call each other. Real ones that write the schemas of tools go down by ten or so."""
_WIDE = re.compile(r"[%{][^a-zA-Z%{}]*\d{6}")
"""In a format: a width or a precision of six digits or more."""
_SIZED = (str, list, tuple, dict)
_FILE = "<template>"
"""Jinja's name for the code of a template that was not a file."""


def render(messages: Sequence[Message], tokenizer: Any, model: str, *, answering: bool) -> str:
    """Messages as a tokenizer's chat template writes them; ``answering``: up to where the next answer begins.

    Raises ``TemplateFailed`` for a template that refuses the messages, leaves some out, is malformed, or takes more
    time or room than is allowed.
    """
    turns = [_turn(message) for message in messages]
    tools = [dict(tool) for message in messages[:1] for tool in message.tools] or None
    known = {"documents": None, **tokenizer.special_tokens_map, "tools": tools}
    try:
        text = _generate(
            tokenizer.get_chat_template(), {**known, "messages": turns, "add_generation_prompt": answering}
        )
    except Exception as error:  # a template can raise anything: Jinja's errors, Python's, its own
        raise _template_error(error, model) from error
    check_whole(messages, text, model)
    return text


def _turn(message: Message) -> dict[str, Any]:
    """A turn as templates take it: arguments of calls are mappings, and what a turn does not have is not there."""
    turn: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.calls:
        turn["tool_calls"] = [
            {"type": "function", "id": call.id, "function": {"name": call.name, "arguments": dict(call.arguments)}}
            for call in message.calls
        ]
    return turn | {key: said for key, said in (("tool_call_id", message.call_id), ("name", message.name)) if said}


def check_limits(source: str, conversations: Iterable[Mapping[str, Any]], model: str) -> None:
    """Look at a template that another engine, which knows no limits, is to run with one of the ``conversations``.

    Each is all that the template is given: ``messages`` and more. Raises ``TemplateFailed`` for a template that is
    malformed, that takes more time or room than is allowed with any of them, or that refuses all.
    """
    from jinja2 import TemplateSyntaxError

    refused = list[Exception]()
    accepted = False
    for known in conversations:
        try:
            _generate(source, known)
            accepted = True
        except (_LimitExceeded, RecursionError, MemoryError, TemplateSyntaxError) as error:
            raise _template_error(error, model) from error
        except Exception as error:  # as above
            refused.append(error)
    if refused and not accepted:
        raise _template_error(refused[0], model) from refused[0]


def _generate(source: str, known: Mapping[str, Any]) -> str:
    """What a template writes. Raises ``_LimitExceeded``, and whatever a template raises."""
    limit = CHARACTERS + 10 * sum(len(str(turn.get("content", ""))) for turn in known["messages"])
    template = _compile(source)
    pieces, size = list[str](), 0
    with _limits(limit):
        for piece in template.generate(**known):
            size += len(piece)
            if size > limit:
                raise _LimitExceeded(f"writes more than {limit:,} characters")
            pieces.append(piece)
    return "".join(pieces)


def _template_error(error: Exception, model: str) -> TemplateFailed:
    if isinstance(error, _LimitExceeded):
        return TemplateFailed(f"{model}: its chat template {error}; take another model, or fix the template")
    said = str(error) or type(error).__name__
    return TemplateFailed(f"{model}: its chat template refuses these messages: {said}")


def check_whole(messages: Sequence[Message], text: str, model: str) -> None:
    """Raise ``TemplateFailed`` if what a user or the system says is not in the text, white space aside.

    What the assistant said before is left to the template: many leave out its thoughts.
    """
    plain = "".join(text.split())
    for number, message in enumerate(messages, 1):
        if message.role != "assistant" and "".join(message.content.split()) not in plain:
            raise TemplateFailed(
                f"{model}: its chat template leaves out message {number} of {len(messages)} (role {message.role}), "
                "which the model would not see; leave the message out, or fix the template"
            )
    functions = {call.name for message in messages for call in message.calls}
    functions |= {str(_function(tool).get("name", "")) for message in messages[:1] for tool in message.tools}
    if lost := sorted(name for name in functions if name not in text):
        raise TemplateFailed(
            f"{model}: its chat template writes no functions ({', '.join(lost)}): take a model that was made to call "
            "tools, or leave the tools out"
        )


def _function(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    """A function's own description, within that of a tool or by itself."""
    inner = tool.get("function")
    return inner if isinstance(inner, Mapping) else tool


class _LimitExceeded(Exception):
    """A limit that a template exceeds."""


@contextmanager
def _limits(characters: int) -> Iterator[None]:
    """Within, a template's code is watched line by line: for its time and depth, and for texts that it builds up."""
    from jinja2.utils import Namespace

    ends, before, depth = time.monotonic() + SECONDS, sys.gettrace(), 0

    def inside(frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
        nonlocal depth
        if event == "return":
            depth -= 1
        if time.monotonic() > ends:
            raise _LimitExceeded(f"does not come to an end within {SECONDS:g} seconds")
        for value in frame.f_locals.values():  # many times for each message: no call that can be spared
            kind = type(value)
            if (kind is str or kind is list) and len(value) > characters:
                raise _LimitExceeded(f"builds texts or lists of more than {characters:,} parts")
            if isinstance(value, Namespace) and any(_size(one) > characters for one in _attributes(value)):
                raise _LimitExceeded(f"builds texts or lists of more than {characters:,} parts")
        return inside

    def watch(frame: FrameType, event: str, argument: object) -> Callable[..., Any] | None:
        nonlocal depth
        if frame.f_code.co_filename != _FILE:
            return None
        depth += 1
        if depth > DEPTH:  # Python's own limit does not help: near it, clean-up fails too
            raise _LimitExceeded(f"recurses more than {DEPTH} calls deep")
        return inside

    sys.settrace(watch)
    try:
        yield
    finally:
        sys.settrace(before)


def _attributes(namespace: object) -> Collection[object]:
    inner: Mapping[str, object] = object.__getattribute__(namespace, "_Namespace__attrs")
    return inner.values()


def _size(value: object) -> int:
    """A text's or list's length; 0 for what has none."""
    return len(value) if isinstance(value, _SIZED) else 0


@functools.lru_cache(maxsize=32)
def _compile(source: str) -> Template:
    made: Template = _environment().from_string(source)
    return made


@functools.cache
def _environment() -> Any:
    """Jinja's sandbox with what transformers gives to templates, and arithmetic that does not explode."""
    from jinja2.ext import Extension, loopcontrols
    from jinja2.nodes import Scope
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Generation(Extension):
        """``{% generation %}`` marks what the assistant says; the text is the same without it."""

        tags = {"generation"}  # noqa: RUF012  (Jinja declares it so)

        def parse(self, parser: Any) -> Any:
            line = next(parser.stream).lineno
            return Scope(parser.parse_statements(("name:endgeneration",), drop_needle=True)).set_lineno(line)

    class Bounded(ImmutableSandboxedEnvironment):
        """Operators whose results can be huge are checked before they are computed."""

        intercepted_binops = frozenset({"*", "**", "%"})

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            if _explodes(operator, left, right):
                raise _LimitExceeded(f"computes something without measure ({operator})")
            return super().call_binop(context, operator, left, right)

        def call(*arguments: Any, **named: Any) -> Any:
            """A function or method, such as ``ljust``, with a number that it is to fill up to."""
            method = getattr(arguments[2], "__wrapped__", arguments[2])
            formats = getattr(method, "__name__", "") in ("format", "format_map")
            _check_numbers([*arguments[3:], *named.values()], getattr(method, "__self__", "") if formats else "")
            return ImmutableSandboxedEnvironment.call(*arguments, **named)

    made = Bounded(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
    for name in ("center", "format", "indent", "wordwrap"):
        made.filters[name] = _limit_filter(name, made.filters[name])
    made.filters["tojson"] = _as_json
    made.globals["raise_exception"] = _refuse
    made.globals["strftime_now"] = _now
    return made


def _explodes(operator: str, left: Any, right: Any) -> bool:
    if operator == "%":
        return isinstance(left, str) and _WIDE.search(left) is not None
    whole = isinstance(left, int) and isinstance(right, int)
    if operator == "**":
        return not whole or abs(right) > 64 or abs(left) > 1 << 64
    return not whole and _measure(left) * _measure(right) > CHARACTERS


def _measure(value: Any) -> Any:
    """The length of a text or list, or how large a number is; 1 at least."""
    return max(_size(value) if isinstance(value, _SIZED) else abs(value), 1)


def _check_numbers(values: Iterable[object], form: object = "") -> None:
    """Raise ``_LimitExceeded`` for a number that a text would be filled up to, by itself or in a text's ``form``."""
    numbers = any(isinstance(value, int) and abs(value) > CHARACTERS for value in values)
    if numbers or (isinstance(form, str) and _WIDE.search(form)):
        raise _LimitExceeded(f"fills texts up to more than {CHARACTERS:,} characters")


def _limit_filter(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that fills texts up, with its numbers looked at before."""

    @functools.wraps(filter_)
    def call_bounded(value: Any, *arguments: Any, **named: Any) -> Any:
        _check_numbers([*arguments, *named.values()], value if name == "format" else "")
        return filter_(value, *arguments, **named)

    return call_bounded


def _as_json(value: Any, ensure_ascii: bool = False, indent: int | None = None, **more: Any) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, **more)


def _now(form: str) -> str:
    return datetime.now().astimezone().strftime(form)


def _refuse(message: str) -> None:
    from jinja2 import TemplateError

    raise TemplateError(message)
