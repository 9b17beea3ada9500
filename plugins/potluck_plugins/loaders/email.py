"""E-mail: ``.eml`` (RFC 5322, MIME) by the standard library, Outlook's ``.msg`` by olefile (BSD)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Json, Source
from potluck.errors import DocumentLimit, NoText
from potluck_plugins.loaders._shared.flow import Flow, clean
from potluck_plugins.loaders._shared.mime import Mail, read_mime, shown_text
from potluck_plugins.loaders._shared.outlook import read_outlook

_OLE = b"\xd0\xcf\x11\xe0"
_PGP = re.compile("-----BEGIN PGP MESSAGE-----.*?(?:-----END PGP MESSAGE-----|$)", re.DOTALL)


class EmailConfig(Config):
    """The e-mail loader has nothing to set."""


class EmailLoader(Loader):
    """Reads one message: subject and people above the text; attachments are named, not read."""

    def __init__(self, config: EmailConfig, context: Context) -> None:
        """Read nothing yet."""

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a message."""
        content = source.path.read_bytes()
        try:
            mail = _outlook(content) if content.startswith(_OLE) else read_mime(content)
        except RecursionError as error:
            raise DocumentLimit("its parts are nested too deeply") from error
        text, encrypted = _PGP.subn("", clean("\n".join(mail.texts)))
        if not text.strip():
            raise NoText(_why_empty(mail, mail.encrypted or ("PGP" if encrypted else "")))
        flow = Flow()
        for name, value in mail.headers.items():
            flow.paragraph(f"{name.capitalize()}: {value}", clauses=False)
        for line in ["", *text.strip("\n").split("\n")]:
            flow.paragraph(line.rstrip())
        losses = mail.losses + (["an encrypted passage was not read"] if encrypted or mail.encrypted else [])
        losses += [f"attachment not read: {name}" for name in mail.attachments]
        metadata: dict[str, Json] = {
            **mail.headers,
            **({"attachments": [*mail.attachments]} if mail.attachments else {}),
        }
        yield flow.document(source.name, metadata, losses)


def _why_empty(mail: Mail, encrypted: str) -> str:
    reasons = [f"it is encrypted ({encrypted})"] if encrypted else [*mail.losses, "the message has no text"]
    return "; ".join(reasons + ([f"attachments: {', '.join(mail.attachments)}"] if mail.attachments else []))


def _outlook(content: bytes) -> Mail:
    found = read_outlook(content)
    text = found.body if found.body.strip() else shown_text(found.html)
    return Mail(found.headers, [text], found.attachments, found.losses)


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[EmailLoader]:
    """Offer the loader."""
    return potluck.Offer("messages (.eml, .msg)", EmailConfig, EmailLoader, requires=("lxml", "olefile"), extra="email")
