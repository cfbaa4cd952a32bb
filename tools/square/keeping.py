"""Where a square is kept: in a folder, or in memory."""

import json
from pathlib import Path

from tools.square.things import Things, things_from, to_json


class Shelf:
    """Keeps the things of a square as one JSON file, and its media as files beside it."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._bytes: dict[str, bytes] = {}

    def load(self) -> Things:
        """Return what was kept, or nothing yet."""
        file = self._folder / "square.json" if self._folder else None
        if file is None or not file.exists():
            return Things()
        return things_from(json.loads(file.read_text(encoding="utf-8")))

    def keep(self, things: Things) -> None:
        """Write everything down; a stop in the middle leaves the file as it was."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        new = self._folder / "square.json.new"
        new.write_text(json.dumps(to_json(things), ensure_ascii=False), encoding="utf-8")
        new.replace(self._folder / "square.json")

    def keep_bytes(self, attachment_id: str, data: bytes) -> None:
        """Keep a media."""
        if self._folder is None:
            self._bytes[attachment_id] = data
            return
        folder = self._folder / "media"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / attachment_id).write_bytes(data)

    def bytes_of(self, attachment_id: str) -> bytes:
        """Return a media."""
        if self._folder is None:
            return self._bytes[attachment_id]
        return (self._folder / "media" / attachment_id).read_bytes()
