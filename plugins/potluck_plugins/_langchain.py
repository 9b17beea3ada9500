"""The common part of the ``langchain`` plugins: the class, its arguments, and calling it with the network shut.

LangChain (MIT, https://github.com/langchain-ai/langchain) has a class for nearly everything. A recipe names one by the
path that Python imports it by; whoever writes a recipe is trusted, as with any plugin, and the class is imported when
the recipe is read. What it may send cannot be known beforehand: while it is called, this thread and those it starts
reach no other machine than the one named in ``sends_to``. LangSmith's tracing is off for what is done here.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import inspect
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from potluck.contracts import Config, Context, Operational
from potluck.egress import allow_only, is_loopback
from potluck.errors import ContentFiltered, ContextExceeded, EgressRefused, PluginError, PotluckError, RemoteError
from potluck.installation import pip_command
from potluck.suggestions import did_you_mean
from potluck_plugins._openai import Counter, counter
from potluck_plugins._openai.failures import FILTERED

REQUIRES = ("langchain_core", "langchain_text_splitters")
_SHORTEST_SECRET = 4
"""Characters from which on a secret is starred in messages; the words of a message are not made of shorter ones."""


class LangChainConfig(Config):
    """Settings of every ``langchain`` plugin."""

    class_: Annotated[str, Field(alias="class", pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$")]
    """The class, by the path that Python imports it by: ``langchain_community.document_loaders.SRTLoader``."""

    arguments: dict[str, Any] = Field(default_factory=dict)
    """The arguments of the class, by name, as LangChain's pages describe them; passed on as they are written here."""

    secret_arguments: dict[str, SecretStr] = Field(default_factory=dict)
    """Arguments that are secrets: ``{api_key: ${NAME}}``. They are kept in no manifest."""

    sends_to: Annotated[str | None, Operational, Field(pattern=r"^[^\s/:]+$|^\[?[0-9a-fA-F:.]+\]?$")] = None
    """The machine that the class may send texts to: ``api.mistral.ai``. Without it every connection to another machine
    is refused while the class is used."""

    base: ClassVar[str] = ""
    """The base class that the class has to inherit from."""
    given: ClassVar[frozenset[str]] = frozenset()
    """Arguments that the plugin gives."""

    @field_validator("class_")
    @classmethod
    def _is_there(cls, path: str) -> str:
        if importlib.util.find_spec(REQUIRES[0]) is not None:
            found = load_class(path)
            if cls.base and not issubclass(found, load_class(cls.base)):
                raise ValueError(f"{path} does not inherit from {cls.base.rpartition('.')[2]} of LangChain")
            cls.check_class(found)
        return path

    @classmethod
    def check_class(cls, found: type) -> None:
        """Raise ``ValueError`` for a class that cannot do what the contract asks for."""

    @classmethod
    def arguments_of(cls, found: Any) -> set[str] | None:
        """The arguments that it takes; None if it takes any."""
        return parameters(found)

    @model_validator(mode="after")
    def _takes_the_arguments(self) -> Self:
        if importlib.util.find_spec(REQUIRES[0]) is None:
            return self
        found = load_class(self.class_)
        known = self.arguments_of(found)
        twice = self.given & (self.arguments.keys() | self.secret_arguments)
        if twice:
            raise ValueError(f"the argument {min(twice)!r} of {self.class_} is given by the plugin itself")
        for name in (*self.arguments, *self.secret_arguments):
            if known is not None and name not in known:
                raise ValueError(f"{self.class_} takes no {name!r}{did_you_mean(name, known)}")
        return self

    def all_arguments(self) -> dict[str, Any]:
        """The arguments with the secrets among them, as copies."""
        arguments: dict[str, Any] = json.loads(json.dumps(self.arguments))
        return arguments | {name: value.get_secret_value() for name, value in self.secret_arguments.items()}


class Caller:
    """Uses one LangChain class as the recipe allows."""

    def __init__(self, config: LangChainConfig, context: Context, kind: str) -> None:
        """Nothing is made yet; ``kind`` is what messages call the component."""
        self._config = config
        self._host = config.sends_to if context.network else None
        self._label = f"{kind} langchain: {config.class_}"

    @property
    def cls(self) -> Any:
        """The class."""
        return load_class(self._config.class_)

    def identity(self) -> Mapping[str, str]:
        """The release of the package that the class is in."""
        return {"package": _release(self._config.class_.partition(".")[0])}

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Use the class within, with the network shut. What it raises becomes an error that names it.

        Raises ``EgressRefused``, ``RemoteError`` where a host is named, else ``PluginError``.
        """
        from langsmith.run_helpers import tracing_context

        with allow_only(self._host) as watched, tracing_context(enabled=False):
            try:
                yield
                return
            except Exception as error:
                if not watched.refused and isinstance(error, PotluckError):
                    raise
                failed = self._failure(error, watched.refused)
                raise failed from (None if self._config.secret_arguments else error)

    def _failure(self, error: Exception, refused: list[str]) -> PotluckError:
        if refused:
            named = f"the recipe names {self._host}" if self._host else "the recipe names no host"
            return EgressRefused(
                f"{self._label} tried to reach {refused[-1]}, and {named}; nothing was sent. If that machine may get "
                f"what this component is given, write 'sends_to: {refused[-1]}' among its settings"
            )
        said = " ".join(str(error).split()) or "no reason given"
        for secret in self._config.secret_arguments.values():
            if len(secret.get_secret_value()) >= _SHORTEST_SECRET:
                said = said.replace(secret.get_secret_value(), "***")
        if any(one.__name__ == "ContextOverflowError" for one in type(error).__mro__):
            return ContextExceeded(f"{self._label}: {said}")
        if getattr(error, "code", None) in FILTERED:
            return ContentFiltered(f"{self._label}: {said}")
        kind = RemoteError if self._config.sends_to else PluginError
        return kind(f"{self._label} failed: {type(error).__name__}: {said}")


def sends_to(config: LangChainConfig) -> str | None:
    """The machine that may get texts, unless it is this one."""
    return None if config.sends_to is None or is_loopback(config.sends_to) else config.sends_to


@cache
def load_class(path: str) -> type:
    """Import a class. Raises ``ValueError`` that says what to install, or what is meant."""
    module_name, _, name = path.rpartition(".")
    top = module_name.partition(".")[0]
    _check_installed(top)
    try:
        with allow_only(None):
            module = importlib.import_module(module_name)
            found = getattr(module, name)
    except AttributeError:
        raise ValueError(f"{module_name} has no {name!r}{did_you_mean(name, dir(module))}") from None
    except ModuleNotFoundError as error:
        missing = str(error.name or "").partition(".")[0]
        if missing == top:
            raise ValueError(f"there is no module {error.name!r} in the package {top!r} that is installed") from None
        raise ValueError(f"{path} needs the package {missing!r}. Run: {pip_command(missing)}") from None
    except Exception as error:  # whatever the module does when it is imported
        raise ValueError(f"{path} cannot be imported: {type(error).__name__}: {error}") from None
    if not isinstance(found, type):
        raise ValueError(f"{path} is not a class")
    return found


def parameters(maker: Any) -> set[str] | None:
    """The names of the arguments that something is called with; None if it takes any."""
    taken = inspect.signature(maker).parameters.values()
    return None if any(one.kind is one.VAR_KEYWORD for one in taken) else named_parameters(maker)


def named_parameters(maker: Any) -> set[str]:
    """The arguments that have a name of their own, with those of a pydantic model."""
    taken = inspect.signature(maker).parameters.values()
    fields: dict[str, Any] = getattr(maker, "model_fields", {})
    aliases = {info.alias for info in fields.values() if info.alias}
    return (
        {one.name for one in taken if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)} | {*fields} | aliases
    )


def token_counter(tokenizer: str | None, context: Context) -> Counter:
    """Counts tokens by a ``tokenizer.json``, with the special tokens, or by an estimate that is never too low."""
    if tokenizer is None:
        return counter(None)
    from tokenizers import Tokenizer

    from potluck_plugins.splitters._shared.tokenizing import file_of

    read = Tokenizer.from_file(str(file_of(tokenizer, context)))
    # A file may say that texts are cut or padded to the model's window; here the whole text counts.
    read.no_truncation()
    read.no_padding()
    return Counter(lambda text: len(read.encode(text).ids), exact=True)


def _check_installed(top: str) -> None:
    """Raise ``ValueError`` unless a package lies where packages are installed, and not in the current folder."""
    spec = importlib.util.find_spec(top)
    if spec is not None:
        places = list(spec.submodule_search_locations or ()) or [spec.origin or ""]
        if not any(_is_installed(Path(place)) for place in places):
            raise ValueError(f"the module {top!r} is not of an installed package")
        return
    known = {name for name in ("langchain_core", "langchain_community", "langchain_text_splitters") if name != top}
    hint = did_you_mean(top, known, cutoff=0.8)
    raise ValueError(f"the package {top!r} is not installed{hint}. Run: {pip_command(top.replace('_', '-'))}")


def _is_installed(place: Path) -> bool:
    """Whether pip's notes lie beside a package, or say that it is an editable install."""
    if any(place.parent.glob("*.dist-info")):
        return True
    for distribution in importlib.metadata.distributions():
        url = json.loads(distribution.read_text("direct_url.json") or "{}")
        root = str(url.get("url", "")).removeprefix("file://")
        if url.get("dir_info", {}).get("editable") and root and place.is_relative_to(root):
            return True
    return False


def _release(top: str) -> str:
    with suppress(importlib.metadata.PackageNotFoundError):
        return f"{top} {importlib.metadata.version(top)}"
    return top
