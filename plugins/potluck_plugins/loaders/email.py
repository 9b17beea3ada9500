"""E-mail: ``.eml`` and ``.mbox`` (RFC 5322, MIME) by the standard library, Outlook's ``.msg`` by olefile (BSD)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Attachment, Document, Json, Source
from potluck.errors import DocumentError, DocumentLimit, NoText
from potluck_plugins.loaders._shared.flow import Flow, clean
from potluck_plugins.loaders._shared.mailbox import messages
from potluck_plugins.loaders._shared.mime import Mail, is_medium, is_stub, read_mime, shown_text
from potluck_plugins.loaders._shared.outlook import read_outlook

_OLE = b"\xd0\xcf\x11\xe0"
_PGP = re.compile("-----BEGIN PGP MESSAGE-----.*?(?:-----END PGP MESSAGE-----|$)", re.DOTALL)


class EmailConfig(Config):
    """The e-mail loader has nothing to set."""


class EmailLoader(Loader):
    """Reads messages: subject and people above the text, attachments handed on to the loaders of their kinds."""

    hands_on = True

    def __init__(self, config: EmailConfig, context: Context) -> None:
        """Read nothing yet."""

    def load(self, source: Source) -> Iterator[Document | Attachment]:
        """Yield the document of each message of a file, and behind it the files that are attached to it."""
        content = source.path.read_bytes()
        mails = messages(content)
        if not mails:
            yield from _message(source.name, content)
        for number, mail in enumerate(mails, 1):
            name = f"{source.name}#{number}" if len(mails) > 1 else source.name
            try:
                yield from _message(name, mail, "#" if len(mails) == 1 else "/")
            except DocumentError as error:
                if len(mails) == 1:
                    raise
                yield Document(name, "", losses=(f"message {number} was not read: {error}",))


def _message(name: str, content: bytes, within: str = "#") -> Iterator[Document | Attachment]:
    try:
        mail = _outlook(content) if content.startswith(_OLE) else read_mime(content)
    except RecursionError as error:
        raise DocumentLimit("its parts are nested too deeply") from error
    yield _document(name, mail)
    for attachment in mail.attachments:
        yield Attachment(f"{name}{within}{attachment.name}", attachment.content)


def _document(name: str, mail: Mail) -> Document:
    """The text of a message. Raises ``NoText`` for one that has neither text nor attachments that may have some."""
    text, encrypted = _PGP.subn("", clean("\n".join(mail.texts)))
    empty = not text.strip()
    if empty and (encrypted or mail.encrypted or all(is_medium(one.name) for one in mail.attachments)):
        raise NoText(_why_empty(mail, mail.encrypted or ("PGP" if encrypted else "")))
    flow = Flow()
    for key, value in mail.headers.items():
        flow.paragraph(f"{key.capitalize()}: {value}")
    for line in [] if empty else ["", *text.strip("\n").split("\n")]:
        flow.paragraph(line.rstrip())
    losses = mail.losses + (["an encrypted passage was not read"] if encrypted or mail.encrypted else [])
    names: list[Json] = [attachment.name for attachment in mail.attachments]
    return flow.document(name, {**mail.headers, **({"attachments": names} if names else {})}, losses)


def _why_empty(mail: Mail, encrypted: str) -> str:
    reasons = [f"it is encrypted ({encrypted})"] if encrypted else [*mail.losses, "the message has no text"]
    names = ", ".join(attachment.name for attachment in mail.attachments)
    return "; ".join(reasons + ([f"attachments: {names}"] if names else []))


def _outlook(content: bytes) -> Mail:
    found = read_outlook(content)
    losses = list(found.losses)
    page = shown_text(found.html, losses) if found.html.strip() else ""
    text = page if is_stub(found.body, page) or not found.body.strip() else found.body
    return Mail(found.headers, [text], found.attachments, losses)


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[EmailLoader]:
    """Offer the loader."""
    return potluck.Offer(
        "messages (.eml, .msg, .mbox)", EmailConfig, EmailLoader, requires=("lxml", "olefile"), extra="email"
    )
