"""What leaves the machine: nothing, unless the recipe names it."""

from __future__ import annotations

import ipaddress
import os
import sys

from potluck.errors import EgressRefused

_QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "RAY_USAGE_STATS_ENABLED": "0",
    "TQDM_DISABLE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "UNSTRUCTURED_DISABLE_NOTICE": "1",
}


def silence_dependencies() -> None:
    """Turn the telemetry of every library off, before any of them is imported."""
    os.environ.update(_QUIET)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    name = host.strip("[]").lower()
    if name in ("", "localhost", "ip6-localhost"):
        return True
    try:
        return ipaddress.ip_address(name.split("%")[0]).is_loopback
    except ValueError:
        return False


def guard_process(reason: str) -> None:
    """Refuse every connection of this process to another machine from now on, with ``EgressRefused``.

    For the command line. It cannot be undone, and it does not reach what other processes or native libraries do.
    """

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event == "socket.getaddrinfo":
            host = arguments[0]
        elif event == "socket.connect":
            address = arguments[1]
            host = address[0] if isinstance(address, tuple) else None
        else:
            return
        if isinstance(host, bytes):
            host = host.decode("ascii", "replace")
        if isinstance(host, str) and not is_loopback(host):
            raise EgressRefused(f"something tried to reach {host}, and {reason}; nothing was sent")

    sys.addaudithook(refuse)
