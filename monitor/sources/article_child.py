"""Takes the text of an article out of its page, in a process of its own, within limits; needs trafilatura.

Run by its path, with the page's HTML on stdin; writes one JSON document, {"body": …}, to stdout.
"""

from __future__ import annotations

import json
import resource
import sys

CPU_SECONDS = 10
MEMORY_BYTES = 512 * 1024 * 1024
_LONGEST = 100_000  # characters


def main() -> int:
    """Return 0 and write the text, "" where there is none; 3 where trafilatura is not installed."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    html = sys.stdin.buffer.read().decode("utf-8", "replace")
    try:
        import trafilatura  # noqa: PLC0415 - the extra "articles"
    except ImportError:
        return 3
    body = trafilatura.extract(html, include_comments=False, include_tables=False) or ""
    sys.stdout.write(json.dumps({"body": body[:_LONGEST]}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
