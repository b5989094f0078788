"""How the channels say what they are given: all of them as Slack's Block Kit JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.model import Notice, Report


class Composing:
    """A channel's part that needs no secret."""

    def compose(self, report: Report) -> str:
        """Return the payload that shows `report`."""
        from reports import slack  # noqa: PLC0415 (reports load their tables)

        return slack.render(report)

    def compose_notice(self, notice: Notice) -> str:
        """Return the payload that shows `notice`."""
        from reports import slack  # noqa: PLC0415 (reports load their tables)

        return slack.render_notice(notice)
