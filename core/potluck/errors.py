"""Every error a user can meet, one class per cause.

PotluckError
├── RecipeError                 the recipe is wrong; carries every problem found, each with its place
├── RecipeClosed                the recipe was closed, before or while it was in use
├── PluginError
│   ├── UnknownPlugin           no installed package offers that name
│   ├── NameClash               two packages offer the same name, or two metrics the same measure
│   ├── BrokenPlugin            the plugin raised, or what it offers or makes cannot be used
│   ├── ContractMismatch        the plugin was built for another version of its contract
│   ├── Unsupported             the plugin works, but does not offer what was asked of it
│   ├── MissingDependency       an optional package is not installed; says the pip command
│   └── ContractBroken          a component did not do what its contract promises
│       └── UnusableVectors     an embedder gave vectors that are not finite, or not of unit length
├── DocumentError               one document could not be read; the run goes on with the others
│   ├── UnreadableDocument      damaged, truncated, or not what its name says
│   ├── PasswordNeeded          encrypted, and no (or a wrong) password was given
│   ├── NoText                  it opened, and there is no text in it
│   ├── UnknownFileType         no installed loader takes this kind of file
│   ├── DocumentLimit           it would take more time, memory or nesting than is allowed
│   ├── DocumentVanished        it was there when its folder was listed, and is not any more
│   ├── DocumentChanged         it is written to while it is read
│   ├── DocumentInaccessible    the system does not let it be read: no permission, an I/O error, too many open files
│   └── LoaderCrashed           the loader's process could not be started, or ended before it had answered
├── NoRecipe                    a folder or a file of documents is given in place of a recipe
├── NoDocuments                 the recipe's paths match nothing
├── NoReadableDocument          there are documents, and none of them could be read
├── EmptyQuestion               a question is empty or blank
├── TooLong
│   ├── WindowExceeded          chunks longer than the embedder's window
│   └── ContextExceeded         passages longer than the chat model's context
├── ModelError
│   ├── ModelNotFound           a model source leads nowhere
│   ├── TokenizerMismatch       the tokenizer has tokens without an embedding, or none that ends an answer
│   ├── TemplateFailed          the model's chat template refuses or loses messages, or does not come to an end
│   ├── AdapterMismatch         what was tuned does not belong to this base model, or was altered
│   ├── CheckpointDamaged       a checkpoint of a training is not what was written
│   ├── TrainingFailed          the loss is NaN or infinite; the last good checkpoint is kept
│   └── MissingSecret           a secret's environment variable is not set
├── RemoteError                 a remote service did not answer as it should, after all retries
│   ├── RemoteTimeout           it did not answer in time
│   ├── TextsRefused            it gives no vectors for some texts: one of them, or that many at once
│   └── ContentFiltered         its content filter withheld the answer
├── RunNotFound                 there is no run of that name
├── AmbiguousRun                several runs are meant by a part of their names
├── RunUnreadable               a run's manifest or answers are not what a run has written
├── LockMismatch                plugins, models or data are not those of potluck.lock
├── EgressRefused               something would have left the machine without the recipe's consent
├── OutputFailed                standard output is full, closed, or cannot be written
│   └── OutputClosed            the program that read it has ended, as ``head`` does
└── WorkspaceError
    ├── WorkspaceBusy           another process is writing
    ├── WorkspaceTooNew         written by a newer potluck
    ├── WorkspaceDamaged        the catalogue is not what was written
    ├── WorkspaceGone           the workspace was deleted or replaced while it was in use
    ├── StoreMismatch           a store holds vectors of another embedder or other dimensions
    └── StorageFailed           the disk is full, or a file cannot be written
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from potluck.redaction import redact, redact_line


class PotluckError(Exception):
    """Something a user can put right. The message says what happened, where, and what to do next.

    Passwords and keys in addresses are starred in it, whoever wrote it.
    """

    def __init__(self, *said: object) -> None:
        """``said`` is the message."""
        super().__init__(*(redact(one) if isinstance(one, str) else one for one in said))


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a recipe, at its place.

    ``line`` and ``column`` count from 1; both are 0 where the place is not in a file (a ``--set``).
    """

    file: str
    line: int
    column: int
    message: str
    source_line: str = ""

    @classmethod
    def without_place(cls, name: str, message: str) -> Problem:
        """A problem with a ``--set``, or with a file as a whole."""
        return cls(name, 0, 0, message)

    def __str__(self) -> str:
        """Render as a compiler would: the place, the message, the line, a caret."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        if not self.source_line:
            return f"{place}: {redact(self.message)}"
        line = redact_line(self.source_line)
        pad = "".join("　" if _is_wide(c) else c if c == "\t" else " " for c in self.source_line[: self.column - 1])
        return f"{place}: {redact(self.message)}\n  {line}\n  {pad}^"


def _is_wide(character: str) -> bool:
    import unicodedata

    return unicodedata.east_asian_width(character) in ("W", "F")


class RecipeError(PotluckError):
    """The recipe is wrong. ``problems`` holds all that was found, in the order of the file."""

    def __init__(self, problems: Sequence[Problem], hint: str = "") -> None:
        """Join the problems, and the hint (how to list what exists) below them."""
        self.problems = tuple(problems)
        super().__init__("\n".join([*map(str, self.problems), *([hint] if hint else [])]))


class RecipeClosed(PotluckError):
    """The recipe was closed, before it was used or by another thread while it was in use."""


class PluginError(PotluckError):
    """A plugin could not be found or used."""


class UnknownPlugin(PluginError):
    """No installed package offers that name."""


class NameClash(PluginError):
    """Two packages offer the same name, or two metrics of a recipe the same measure; the message says what to do."""


class BrokenPlugin(PluginError):
    """The plugin raised something other than a ``PotluckError``, or what it offers or makes cannot be used."""


class ContractMismatch(PluginError):
    """The plugin was built for another version of its contract."""


class Unsupported(PluginError):
    """The plugin works, but does not offer what was asked of it; the message says which ones do."""


class MissingDependency(PluginError):
    """An optional package is not installed; the message holds the pip command."""


class ContractBroken(PluginError):
    """A component did not do what its contract promises (wrong shape, not a number, wrong span)."""


class UnusableVectors(ContractBroken):
    """An embedder gave vectors that are not finite or not of unit length; one of the texts may be the reason."""


class DocumentError(PotluckError):
    """One document could not be read. Loaders raise the subclasses with the reason; the load stage adds the path."""

    cacheable: ClassVar[bool] = False
    """Whether the same bytes fail again, on any machine and at any time: then the failure is kept, and the file is
    read again when it has changed. What the machine may have caused is tried again by the next run."""


class UnreadableDocument(DocumentError):
    """The file is damaged, truncated, or not what its name says."""

    cacheable = True


class PasswordNeeded(DocumentError):
    """The file is encrypted, and no password or a wrong one was given."""


class NoText(DocumentError):
    """The file opened, and there is no text in it."""

    cacheable = True


class UnknownFileType(DocumentError):
    """No installed loader takes this kind of file."""


class DocumentLimit(DocumentError):
    """The file would take more time, memory or nesting than is allowed."""


class DocumentVanished(DocumentError):
    """The file was there when its folder was listed, and is not any more."""


class DocumentChanged(DocumentError):
    """The file is written to while it is read."""


class DocumentInaccessible(DocumentError):
    """The system does not let the file be read: no permission, an input/output error, too many open files."""


class LoaderCrashed(DocumentError):
    """The loader's process could not be started, or ended before it had answered."""


class NoRecipe(PotluckError):
    """A folder or a file of documents is given in place of a recipe."""


class NoDocuments(PotluckError):
    """The recipe's paths match no file."""


class NoReadableDocument(PotluckError):
    """None of the documents could be read: the message gives the reason for each, or for the first ones."""


class EmptyQuestion(PotluckError):
    """A question is empty, or blank."""


class TooLong(PotluckError):
    """Text would not be seen by a model, and the recipe does not consent to that."""


class WindowExceeded(TooLong):
    """Chunks are longer than the embedder's window."""


class ContextExceeded(TooLong):
    """The passages are longer than the chat model's context."""


class ModelError(PotluckError):
    """A model is not available."""


class ModelNotFound(ModelError):
    """A model source leads nowhere; the message lists the places that were tried."""


class TokenizerMismatch(ModelError):
    """The tokenizer does not fit its model: tokens without an embedding, or none that ends an answer."""


class TemplateFailed(ModelError):
    """The model's chat template refuses messages, leaves their text out, or takes more time or room than is allowed."""


class AdapterMismatch(ModelError):
    """What was tuned does not belong to this base model, tokenizer or template, or its files were altered."""


class CheckpointDamaged(ModelError):
    """A checkpoint of a training does not hold what was written into it. Running again trains from a good one."""


class TrainingFailed(ModelError):
    """The loss became NaN or infinite. The message says at which step and what helps; good checkpoints are kept."""


class MissingSecret(ModelError):
    """The environment variable of a secret is not set."""


class RemoteError(PotluckError):
    """A remote service did not answer as it should, after all retries."""


class RemoteTimeout(RemoteError):
    """A remote service did not answer in time."""


class TextsRefused(RemoteError):
    """A service gave no vectors, or none that can be used, for some texts: one of them, or that many at once."""


class ContentFiltered(RemoteError):
    """A service's content filter refused the prompt or withheld the answer; the message has its words."""


class RunNotFound(PotluckError):
    """There is no run of that name, neither here nor in another workspace of this user."""


class AmbiguousRun(PotluckError):
    """Several runs are meant by a part of their names. The message lists them."""


class RunUnreadable(PotluckError):
    """A run's manifest or answers are not what a run has written, or are of an older potluck."""


class LockMismatch(PotluckError):
    """Plugins, models or data are not those that ``potluck.lock`` pins."""


class EgressRefused(PotluckError):
    """Something would have left the machine, and the recipe names no remote component."""


class OutputFailed(PotluckError):
    """Standard output is full, closed, or cannot be written."""


class OutputClosed(OutputFailed):
    """The program that read standard output has ended, as ``head`` does."""


class WorkspaceError(PotluckError):
    """The workspace on disk cannot be used."""


class WorkspaceBusy(WorkspaceError):
    """Another process is writing; the message names it."""


class WorkspaceTooNew(WorkspaceError):
    """The workspace was written by a newer potluck."""


class WorkspaceDamaged(WorkspaceError):
    """The catalogue does not hold what was written into it; ``potluck workspace repair`` keeps what is whole.

    ``reason`` says in a few words what is wrong.
    """

    def __init__(self, *said: object, reason: str = "") -> None:
        """``said`` is the message."""
        super().__init__(*said)
        self.reason = reason


class WorkspaceGone(WorkspaceError):
    """The workspace was deleted or replaced while it was in use."""


class StoreMismatch(WorkspaceError):
    """A store holds vectors of another embedder or of other dimensions."""


class StorageFailed(WorkspaceError):
    """The disk is full, or a file cannot be written."""
