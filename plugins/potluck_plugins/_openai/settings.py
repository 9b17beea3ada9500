"""The settings of everything that speaks OpenAI's protocol."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from potluck.contracts import Config, Operational
from potluck.egress import is_loopback


class ServiceConfig(Config):
    """Settings of everything that speaks OpenAI's protocol."""

    base_url: str = "https://api.openai.com/v1"
    """Where the service is, up to the part that all its addresses share: ``http://127.0.0.1:8080/v1``."""

    api_key: SecretStr | None = None
    """The key, as ``${NAME}``. Without it the environment variable OPENAI_API_KEY is taken, which is sent to OpenAI
    and to this machine only; a server on this machine may do without."""

    timeout: Annotated[float, Operational, Field(gt=0)] = 120.0
    """Seconds to wait for an answer, or for the next piece of one that comes in pieces."""

    deadline: Annotated[float, Operational, Field(gt=0)] = 600.0
    """Seconds for one request with all its repetitions and the pauses between them."""

    max_attempts: Annotated[int, Operational, Field(ge=1)] = 6
    """How often a request is sent at most. It is sent again after 408, 409, 429, 5xx and where the network failed."""

    backoff: Annotated[float, Operational, Field(ge=0)] = 0.5
    """Seconds of the first pause; each is twice the one before, at most a minute, unless the service says how long."""

    concurrency: Annotated[int, Operational, Field(ge=1)] = 4
    """How many requests may be under way at once."""

    @field_validator("base_url")
    @classmethod
    def _is_plain(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("expected an address that begins with http:// or https://")
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("expected an address without user, '?' and '#'; a key belongs into 'api_key'")
        return value

    @property
    def host(self) -> str:
        """The name or address of the machine, without port."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_local(self) -> bool:
        """Whether it is this machine."""
        return is_loopback(self.host)

    @property
    def is_openai(self) -> bool:
        """Whether it is OpenAI's own service: only there does a model's name say which model it is."""
        return urlsplit(self.base_url).scheme == "https" and f".{self.host}".endswith(".api.openai.com")


def sends_to(config: ServiceConfig) -> str | None:
    """The machine that gets the texts, or None if it is this one."""
    return None if config.is_local else config.host
