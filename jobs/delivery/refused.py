"""The one reaction that a channel's failure may need beside those of monitor.errors."""

from __future__ import annotations

from monitor.errors import DeliveryFailed


class ChannelRefused(DeliveryFailed):
    """Nothing passes on this channel until a person acts; the message itself is good and waits."""

    def __init__(self, channel: str, what: str) -> None:
        super().__init__(channel, what, final=True)
