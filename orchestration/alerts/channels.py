"""Channels: a Slack incoming webhook (or any other webhook) over plain HTTP, and everything that Apprise
knows.

A channel's address is a secret. It is in no message, log or error of this module; a channel is known by its
kind and a short digest of its address.
"""

from __future__ import annotations

import email.utils
import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from orchestration.alerts.messages import Flavour, Message

# Prefix of an address in CONCORD_ALERT_URLS that only hears of breaches.
ESCALATION = "escalation="
# Slack answers within a second; a receiver that takes longer than this is not there.
TIMEOUT_SECONDS = 10.0


class Refused(RuntimeError):
    """A channel did not take a message. `retry_after` is what it asked for, in seconds."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Channel(Protocol):
    """Somewhere that messages go."""

    @property
    def key(self) -> str:
        """The channel's name in the outbox: stable, and without its address."""

    @property
    def flavour(self) -> Flavour:
        """How text is escaped for it."""

    @property
    def only_breaches(self) -> bool:
        """Whether it is for escalations alone."""

    def send(self, message: Message, message_id: str) -> None:
        """Deliver, or raise `Refused`."""


@dataclass(frozen=True)
class Webhook:
    """An incoming webhook: Slack's, or any that takes `{"text": …}` as JSON."""

    url: str = field(repr=False)
    only_breaches: bool = False
    timeout: float = TIMEOUT_SECONDS
    now: Callable[[], datetime] | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        return f"webhook:{_digest(self.url)}"

    @property
    def flavour(self) -> Flavour:
        return "slack"

    def send(self, message: Message, message_id: str) -> None:
        payload = {"text": message.body, "link_names": 0, "unfurl_links": False, "unfurl_media": False}
        request = urllib.request.Request(
            self.url,
            data=json.dumps(payload).encode(),
            headers={"Content-Type": "application/json", "Idempotency-Key": message_id},
            method="POST",
        )
        try:
            with _OPENER.open(request, timeout=self.timeout) as response:
                if response.status >= 300:
                    raise Refused(f"answered {response.status}")
        except urllib.error.HTTPError as error:
            with error:
                raise Refused(
                    f"answered {error.code}", _retry_after(error.headers.get("Retry-After"), self.now)
                ) from None
        except urllib.error.URLError as error:
            raise Refused(f"not reached ({type(error.reason).__name__})") from None
        except TimeoutError:
            raise Refused("no answer in time") from None
        except (OSError, ValueError) as error:
            raise Refused(f"not reached ({type(error).__name__})") from None
        except Exception as error:  # http.client's own errors, which may quote the address
            raise Refused(f"not understood ({type(error).__name__})") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A webhook that moves is a refusal: its secret must not follow to another host."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


@dataclass(frozen=True)
class Apprise:
    """Any service of the `apprise` package, by its URL: e-mail, Teams, PagerDuty, …"""

    url: str = field(repr=False)
    only_breaches: bool = False

    @property
    def key(self) -> str:
        return f"{urlsplit(self.url).scheme or 'apprise'}:{_digest(self.url)}"

    @property
    def flavour(self) -> Flavour:
        scheme = urlsplit(self.url).scheme
        if scheme.startswith("mailto"):
            return "html"
        return "slack" if scheme.startswith("slack") else "text"

    def send(self, message: Message, message_id: str) -> None:
        import logging

        import apprise

        # Apprise's own log can name parts of an address.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        service = apprise.Apprise()
        try:
            known = service.add(self.url)
            body_format = apprise.NotifyFormat.HTML if self.flavour == "html" else apprise.NotifyFormat.TEXT
            taken = known and service.notify(body=message.body, title=message.title, body_format=body_format)
        except Exception as error:
            raise Refused(f"not sent ({type(error).__name__})") from None
        if not known:
            raise Refused("address not understood: use a URL of the apprise package")
        if not taken:
            raise Refused("not taken")


def channels_of(addresses: str) -> list[Channel]:
    """The channels of CONCORD_ALERT_URLS: addresses separated by white space."""
    found: list[Channel] = []
    for entry in addresses.split():
        only_breaches = entry.startswith(ESCALATION)
        url = entry.removeprefix(ESCALATION)
        kind = Webhook if urlsplit(url).scheme in ("http", "https") else Apprise
        found.append(kind(url, only_breaches=only_breaches))
    return found


def _digest(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:12]


def _retry_after(text: str | None, now: Callable[[], datetime] | None) -> float | None:
    """Seconds to wait, from a Retry-After header: a number of seconds or a date."""
    if text is None:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        until = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    current = now() if now is not None else datetime.now(until.tzinfo)
    if current.tzinfo is None and until.tzinfo is not None:
        until = until.replace(tzinfo=None)
    return max(0.0, (until - current).total_seconds())
