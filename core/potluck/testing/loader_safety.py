"""The rules of loaders: damaged and malicious files, and the traces of reading."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from potluck.documents import Source
from potluck.fingerprints import content_hash
from potluck.testing.isolated_reading import (
    FILES,
    open_files,
    read_isolated,
    run_isolated,
    tells_open_files,
)
from potluck.testing.kit import Skipped, Subject, need, rule
from potluck.testing.loader_reading import lost_phrases, need_some, read_each, readable_samples, write_sources
from potluck.testing.raised import describe_changes
from potluck.testing.sample_damage import (
    cuts,
    damage,
    foreign_contents,
    include_file,
    include_remote,
    inflate,
    nest_deeply,
    spoil_checksum,
    tear_phrase,
)
from potluck.testing.samples import Sample, is_framed, is_zip

_EXHAUSTED = ("RecursionError", "MemoryError")


def _hostile(subject: Subject) -> Iterator[Sample]:
    for sample in subject.samples:
        yield from damage(sample)
        yield from foreign_contents(sample)
        nested = nest_deeply(sample)
        if nested is not None:
            yield nested


@rule("loader", "only-document-errors")
def check_errors(subject: Subject) -> None:
    """A damaged file, or one of another kind, gives documents or a ``DocumentError``, and nothing else."""
    for sample, found in read_each(subject, _hostile(subject)):
        need(found.proper, f"{sample}: {found.error}: {found.reason}")


@rule("loader", "ends-in-time")
def check_limits(subject: Subject) -> None:
    """No file takes more time or memory than is allowed, whether damaged or made to do so."""
    tried = [one for sample in subject.samples for one in (*cuts(sample), nest_deeply(sample))]
    found = [*read_each(subject, [one for one in tried if one is not None])]
    for sample in {one.extension: one for one in subject.samples if is_zip(one)}.values():
        found += read_each(subject, [inflate(sample)])
    for sample, came in found:
        need(came.error not in _EXHAUSTED, f"{sample}: {came.error}: {came.reason}")


@rule("loader", "reason-without-path")
def check_reasons(subject: Subject) -> None:
    """The message of an error is the reason, without the path of the file."""
    tried = [one for sample in subject.samples for one in (*damage(sample), *foreign_contents(sample))]
    for sample, found in read_each(subject, tried):
        if found.error:
            need(found.reason.strip(), f"{sample}: {found.error} says nothing")
            need(str(subject.folder) not in found.reason, f"{sample}: {found.reason}")
            need(sample.name not in found.reason, f"{sample}: it names the file: {found.reason}")


@rule("loader", "no-silent-loss")
def check_losses(subject: Subject) -> None:
    """If visible damage removes text, there are ``losses``, or an error."""
    tried: list[Sample | None] = []
    for sample in readable_samples(subject):
        tried += [*(cuts(sample) if is_framed(sample) else ())]
        tried += [tear_phrase(sample), spoil_checksum(sample)]
    for sample, found in read_each(subject, need_some("is of a format in which damage can be seen", tried)):
        # Of a file without any text the framework says so itself.
        if found.text and not found.error and not found.losses:
            missing = lost_phrases(sample, found)
            need(not missing, f"{sample}: this is lost in silence: {missing}")


@rule("loader", "reads-only-its-file")
def check_entities(subject: Subject) -> None:
    """A file that names another one does not get at its content."""
    secret = subject.folder / FILES / "secret.txt"
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_text("hidden-in-another-file", encoding="utf-8")
    tried = need_some("is XML", (include_file(sample, secret) for sample in subject.samples))
    for sample, found in read_each(subject, tried):
        said = found.text + json.dumps([dict(getattr(one, "metadata", {})) for one in found.documents], default=str)
        need("hidden-in-another-file" not in said + found.reason, f"{sample}: what is in the other is read")


def _a_few(subject: Subject) -> list[Sample]:
    """The samples, whole, cut and emptied, and other content under their names."""
    found = []
    for sample in subject.samples:
        cut = sample.alter("cut in half", sample.content[: len(sample.content) // 2])
        found += [sample, cut, sample.alter("emptied", b""), *foreign_contents(sample)]
    return found


@rule("loader", "leaves-no-trace")
def check_traces(subject: Subject) -> None:
    """No file is changed or written: beside the one that is read, where the process stands, or among temporary ones."""
    tried = _a_few(subject)
    sources = write_sources(subject, tried)
    before = _files(subject)
    read_isolated(subject, sources, tried)
    after = _files(subject)
    changed = describe_changes(before, after)
    need(not changed, changed)


def _files(subject: Subject) -> dict[str, tuple[str, int]]:
    """The files in the test's folder, but for the component's own: what is in them, and their time."""
    own = subject.folder / "own"
    return {
        str(path.relative_to(subject.folder)): (content_hash(path), path.stat().st_mtime_ns)
        for path in subject.folder.rglob("*")
        if path.is_file() and not path.is_relative_to(own)
    }


@rule("loader", "lets-go")
def check_handles(subject: Subject) -> None:
    """No file is left open: when it was read, when it failed, or when somebody stops after the first document."""
    if not tells_open_files():
        raise Skipped("this system does not say which files are open")
    tried = _a_few(subject)
    for sample, found in read_each(subject, tried):
        need(not found.held, f"{sample} is still open")
    sources = write_sources(subject, subject.samples)
    begun = run_isolated(subject, lambda loader: _open_after_first(loader, sources), map(str, subject.samples))
    for sample, held in zip(subject.samples, begun, strict=True):
        need(not held, f"{sample} is still open, though nobody reads on")


def _open_after_first(loader: Any, sources: Sequence[Source]) -> Iterator[list[str]]:
    """What is open after the first document of each file. In a process of its own."""
    for source in sources:
        documents = iter(loader.load(source))
        next(documents, None)
        getattr(documents, "close", lambda: None)()
        del documents
        yield open_files(source.path.parent)


@rule("loader", "sends-nothing")
def check_network(subject: Subject) -> None:
    """No host is asked for anything, unless the plugin says that it sends to one."""
    if subject.sends_to:
        raise Skipped(f"it says that it sends to {subject.sends_to}")
    calling = [one for sample in subject.samples if (one := include_remote(sample)) is not None]
    for sample, found in read_each(subject, [*subject.samples, *calling]):
        need(not found.hosts, f"{sample}: it asked {', '.join(found.hosts)}")


@rule("loader", "identity-is-text")
def check_identity(subject: Subject) -> None:
    """``identity`` is a mapping of texts, the same for two instances."""
    one, other = dict(subject.make().identity()), dict(subject.make().identity())
    need(one == other, "two instances have two identities")
    need(all(isinstance(part, str) for pair in one.items() for part in pair), f"it is {one}")
