"""Rate limits: https://docs.joinmastodon.org/api/rate-limits/."""

from datetime import datetime, timedelta

from tools.square.rules import Limit


class Limiter:
    """Counts requests in windows that begin with the first one."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], tuple[datetime, int]] = {}

    def take(
        self, who: str, kind: str, limit: Limit, now: datetime
    ) -> tuple[bool, dict[str, str], int]:
        """Count a request; return if it may pass, its headers, and the seconds to wait if not."""
        start, used = self._windows.get((who, kind), (now, 0))
        end = start + timedelta(seconds=limit.seconds)
        if now >= end:
            start, used, end = now, 0, now + timedelta(seconds=limit.seconds)
        passes = used < limit.requests
        used += passes
        self._windows[who, kind] = (start, used)
        headers = {
            "X-RateLimit-Limit": str(limit.requests),
            "X-RateLimit-Remaining": str(limit.requests - used),
            "X-RateLimit-Reset": end.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        }
        return passes, headers, max(1, round((end - now).total_seconds()))
