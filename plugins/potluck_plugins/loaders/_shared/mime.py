"""Messages of e-mail: their texts, in what form and encoding they may be. Source: RFC 5322, MIME (RFC 2045 to 2049)."""

from __future__ import annotations

import base64
import email
import email.errors
import email.header
import email.policy
import email.utils
import mimetypes
import quopri
import re
from collections import Counter
from dataclasses import dataclass, field
from email.message import Message

from potluck.documents import Attachment
from potluck.errors import NoText, UnreadableDocument
from potluck_plugins.loaders._shared.calendar import appointments
from potluck_plugins.loaders._shared.decoding import Decoded, decode, decode_declared
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.flowed import unflow
from potluck_plugins.loaders._shared.markup import read_html
from potluck_plugins.loaders._shared.transfer import decoded_part

_HEADERS = ("subject", "from", "to", "cc", "date")
_ANY_HEADER = (*_HEADERS, "received", "message-id", "content-type", "mime-version", "return-path", "sender")
_MISSING = 0.5
"""The share of the words of a text from which another form of it that lacks them is a stub."""

_WORD = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\\W_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_ADDRESS = re.compile(r"https?://\S+")
_ENCRYPTED = {"multipart/encrypted": "PGP", "application/pkcs7-mime": "S/MIME", "application/x-pkcs7-mime": "S/MIME"}

_FILE_NAME = re.compile(r"""\b(?:file)?name\s*=\s*"?([^";\r\n]+)""", re.IGNORECASE)
_CALENDARS = ("text/calendar", "application/ics")


@dataclass
class Mail:
    """A message: its headers, texts and attachments, what was lost, and how it is encrypted if it is.

    ``appointments`` are those of the parts that were read, each as its lines, until they are put below the texts.
    """

    headers: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    encrypted: str = ""
    appointments: list[list[str]] = field(default_factory=list)

    def take(self, part: Mail) -> None:
        """Add what is in a part of the message."""
        self.texts += part.texts
        self.attachments += part.attachments
        self.invite(part.appointments)
        self.losses += [loss for loss in part.losses if loss not in self.losses]
        self.encrypted = self.encrypted or part.encrypted

    def invite(self, appointments: list[list[str]]) -> None:
        """Add appointments; invitations are often sent in two forms, of which one is taken."""
        self.appointments += [one for one in appointments if one not in self.appointments]

    def close(self) -> None:
        """Put the appointments below the texts."""
        self.texts += [line for one in self.appointments for line in ("", *one)]
        self.appointments = []


def read_mime(content: bytes) -> Mail:
    """Read a message. Raises ``NoText``, ``UnreadableDocument``; ``RecursionError`` for parts without end."""
    content = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not content:
        raise NoText("it is empty")
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    if not any(name in message for name in _ANY_HEADER):
        raise UnreadableDocument("it is not a message: it has no header such as From, To or Subject")
    mail = Mail(_headers(message))
    _collect(message, mail)
    mail.close()
    return mail


def _headers(message: Message) -> dict[str, str]:
    raw = {name.lower(): value for name, value in reversed(list(message.raw_items()))}
    found = {name: _header(str(raw[name])) for name in _HEADERS if name in raw}
    return {name: _iso(value) if name == "date" else value for name, value in found.items() if value}


def _header(raw: str) -> str:
    """The decoded text of a header: encoded words, or bytes without a declared encoding."""
    try:
        parts = email.header.decode_header(raw.encode("ascii").decode("ascii"))
    except UnicodeEncodeError:
        parts = [(raw.encode("utf-8", "surrogateescape"), None)]
    except (ValueError, email.errors.MessageError):  # a broken encoded word
        parts = [(raw, None)]
    texts = [part if isinstance(part, str) else decode_declared(part, charset).text for part, charset in parts]
    return " ".join("".join(texts).split())


def _iso(date: str) -> str:
    try:
        return email.utils.parsedate_to_datetime(date).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return date


def _collect(part: Message, mail: Mail) -> None:
    """Gather the texts of a part, and what else is in it."""
    kind, children = part.get_content_type(), _children(part)
    if kind in _ENCRYPTED and "signed" not in str(part.get_param("smime-type")):
        mail.encrypted = _ENCRYPTED[kind]
    elif kind == "multipart/alternative" and children:
        _collect_one_of(children, mail)
    elif kind == "message/rfc822" and children:
        for inner in _messages(part, children):
            forwarded = Mail()
            _collect(inner, forwarded)
            forwarded.close()
            mail.texts += ["", *(f"{name.capitalize()}: {value}" for name, value in _headers(inner).items()), ""]
            mail.take(forwarded)
    elif kind.startswith("multipart/") and children:
        for child in children:
            _collect(child, mail)
    elif _is_text(part, kind):
        mail.texts += _show_lines(part, kind, mail)
    else:
        mail.attachments.append(_attach(part, kind, mail))


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _messages(part: Message, children: list[Message]) -> list[Message]:
    """The messages in a part; those that were encoded, which RFC 2046 (5.2.1) forbids and some programs do."""
    encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
    try:
        if encoding == "base64" and not children[0].keys():
            content = base64.b64decode(str(children[0].get_payload()))
        elif encoding == "quoted-printable":
            content = quopri.decodestring(children[0].as_bytes())
        else:
            return children
    except ValueError:
        return children
    return [email.message_from_bytes(content, policy=email.policy.compat32)]


def _collect_one_of(parts: list[Message], mail: Mail) -> None:
    """Take, of several forms of one text, the plain one; that for browsers where the plain one is a stub of it.

    Appointments and files that stand in any of the forms are not forms of the text, and taken beside it.
    """
    forms = []
    for part in sorted(parts, key=_rank):
        form = Mail()
        _collect(part, form)
        forms.append(form)
    plain = forms[0]
    for richer in forms[1:]:
        if is_stub("\n".join(plain.texts), "\n".join(richer.texts)):
            plain = richer
            break
    mail.take(plain)
    for form in (one for one in forms if one is not plain):
        mail.invite(form.appointments)
        files = [one for one in form.attachments if not is_medium(one.name)]  # pictures are those of the page
        mail.attachments += [one for one in files if one not in mail.attachments]


def is_medium(name: str) -> bool:
    """Whether a file is a picture, a sound or a film, in which there is no text."""
    kind, _ = mimetypes.guess_type(name)
    return (kind or "").partition("/")[0] in ("image", "audio", "video")


def _rank(part: Message) -> int:
    kind = part.get_content_type()
    return {"text/plain": 0, "text/html": 1}.get(kind, 2 if part.is_multipart() else 3)


def is_stub(plain: str, rich: str) -> bool:
    """Whether a plain text lacks most of what the longer form of it says, or asks for a program that shows HTML."""
    words, known = _words(rich), _words(plain)
    lacks = (words - known).total() > _MISSING * words.total()
    return lacks and (words.total() > known.total() or "html" in known)


def _words(text: str) -> Counter[str]:
    """The words of a text, of Chinese its characters; addresses of the web, which plain forms spell out, are none."""
    return Counter(_WORD.findall(_ADDRESS.sub(" ", text).lower()))


def _is_text(part: Message, kind: str) -> bool:
    """Whether a part is read with the message: all text that is not attached, and appointments in any case."""
    return kind in _CALENDARS or (kind.startswith("text/") and part.get_content_disposition() != "attachment")


def _show_lines(part: Message, kind: str, mail: Mail) -> list[str]:
    """The lines that a text shows, below the name of its file if it has one, and above what it was sent with."""
    sent = decoded_part(part)
    declared = part.get_content_charset()
    is_declared = declared not in (None, "unknown-8bit")
    text = _text(decode_declared(sent.content, declared) if is_declared else decode(sent.content), mail)
    beside = ["", _text(decode(sent.beside), mail)] if sent.beside else []
    if kind in _CALENDARS:
        mail.invite([appointments(text)])
        return beside
    if kind == "text/html":
        return [shown_text(text, mail.losses), *beside]
    if str(part.get_param("format", "")).lower() == "flowed":
        text = unflow(text, str(part.get_param("delsp", "")).lower() == "yes")
    name = _file_name(part)
    return [*(["", f"{name}:", text] if name else [text]), *beside]


def _file_name(part: Message) -> str:
    """The name of a part's file; the standard library drops the characters of one in bare bytes."""
    name = str(part.get_filename() or "")
    if "\ufffd" in name:
        fields = {key.lower(): str(value) for key, value in part.raw_items()}
        stored = f"{fields.get('content-disposition', '')};{fields.get('content-type', '')}"
        name = bare.group(1) if (bare := _FILE_NAME.search(stored)) else name
    return _header(name)


def _text(decoded: Decoded, mail: Mail) -> str:
    mail.losses += [loss for loss in decoded.losses if loss not in mail.losses]
    return decoded.text.replace("\r\n", "\n")


def _attach(part: Message, kind: str, mail: Mail) -> Attachment:
    sent = decoded_part(part)
    name = _file_name(part).replace("/", "_")
    extension = mimetypes.guess_extension(kind) or ""
    attachment = Attachment(name or f"{kind}{extension}", sent.content)
    if sent.beside:
        mail.losses.append(f"text beside the encoded content of {attachment.name!r} was not read")
    return attachment


def shown_text(page: str, losses: list[str] | None = None) -> str:
    """The text of a page; anything lost is put into ``losses``."""
    flow = Flow()
    read_html(page, flow)
    document = flow.document("")
    if losses is not None:
        losses.extend(loss for loss in document.losses if loss not in losses)
    return document.text
