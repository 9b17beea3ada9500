"""The report as one HTML file: it asks nothing of the network and runs no script but its own.

Everything in a report may come from documents that somebody else wrote, so none of it becomes markup: Python puts
it into a JSON block (and, escaped, into the title), the scripts show it through ``textContent``. Behind that stands a
policy in the page: scripts and styles by their hash only, no requests, and no markup made from strings.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
import re
from importlib import resources
from string import Template

from potluck.documents import Json
from potluck.report.comparison import comparison_content
from potluck.report.content import Content
from potluck.report.embedded import page_data
from potluck.results.comparison import ComparisonResult

_SCRIPTS = (
    "dom.js",
    "tables.js",
    "export.js",
    "words.js",
    "charts.js",
    "curves.js",
    "figures.js",
    "overview.js",
    "labels.js",
    "passages.js",
    "filters.js",
    "questions.js",
    "report.js",
)
"""In the order in which they run: the last begins, the others only define."""
_MARKUP = re.compile("[<>&\u2028\u2029\ud800-\udfff]")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def write_html(result: ComparisonResult) -> bytes:
    """The page that shows a comparison, in UTF-8."""
    return write_page(comparison_content(result))


def write_page(content: Content) -> bytes:
    """The page that shows the outcome of a command, in UTF-8."""
    style = _asset("report.css")
    script = "\n".join(map(_asset, _SCRIPTS))
    title = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", f"{content.name} · potluck {content.kind}")
    page = Template(_asset("page.html")).substitute(
        policy=_policy(style, script),
        title=html.escape(title),
        kind=content.kind,
        style=style,
        script=script,
        data=_json(content),
    )
    return page.encode()


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _policy(style: str, script: str) -> str:
    rules = (
        "default-src 'none'",
        f"style-src '{_digest(style)}'",
        f"script-src '{_digest(script)}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
    return "; ".join(rules)


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _json(content: Content) -> str:
    """JSON in which nothing can end or open a script block, and that UTF-8 can hold."""
    text = json.dumps(_finite(page_data(content)), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _MARKUP.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _finite(value: Json) -> Json:
    """JSON has no infinity and no NaN: they become null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return value
