"""Saves what moto would forget, parameters and media, as files of the state folder."""

import hashlib
import json
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

SAVE_EVERY_SECONDS = 20.0


class Keeper:
    """Saves the parameters and the buckets of moto's server, and loads them at the next start.

    Parameters keep their version numbers, since accounts name the version of their secret.
    The parameter file is readable by its owner only: it holds secrets.
    """

    def __init__(self, folder: Path, ssm: Any, s3: Any, buckets: Iterable[str]) -> None:
        self._parameters = folder / "parameters.json"
        self._media = folder / "media"
        self._ssm = ssm
        self._s3 = s3
        self._buckets = tuple(buckets)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def load(self) -> None:
        """Load what was saved; nothing saved is nothing loaded."""
        if self._parameters.exists():
            for name, versions in json.loads(self._parameters.read_text("utf-8")).items():
                self._load_parameter(name, versions)
        for bucket in self._buckets:
            index = self._index(bucket)
            for key, entry in index.items():
                self._s3.put_object(
                    Bucket=bucket,
                    Key=key,
                    Body=(self._media / bucket / entry["file"]).read_bytes(),
                    ContentType=entry["content_type"],
                    Metadata=entry["metadata"],
                )

    def start(self) -> None:
        """Save now and then, so that a killed stack loses little."""
        self._thread.start()

    def stop(self) -> None:
        """Save a last time."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self.save()

    def save(self) -> None:
        """Write what has changed."""
        with self._lock:
            saved = json.dumps(self._all_parameters(), indent=1)
            if not self._parameters.exists() or self._parameters.read_text("utf-8") != saved:
                _write(self._parameters, saved.encode())
            for bucket in self._buckets:
                self._save_bucket(bucket)

    def _run(self) -> None:
        while not self._stopped.wait(SAVE_EVERY_SECONDS):
            self.save()

    def _load_parameter(self, name: str, versions: list[dict[str, Any]]) -> None:
        # Versions before the first one that was kept are written with its value.
        first = versions[0]
        for _ in range(1, first["version"]):
            self._put_parameter(name, first)
        for version in versions:
            self._put_parameter(name, version)

    def _put_parameter(self, name: str, version: dict[str, Any]) -> None:
        self._ssm.put_parameter(
            Name=name, Value=version["value"], Type=version["type"], Overwrite=True
        )

    def _all_parameters(self) -> dict[str, list[dict[str, Any]]]:
        pages = self._ssm.get_paginator("describe_parameters").paginate()
        names = sorted(entry["Name"] for page in pages for entry in page["Parameters"])
        return {name: self._versions(name) for name in names}

    def _versions(self, name: str) -> list[dict[str, Any]]:
        pages = self._ssm.get_paginator("get_parameter_history").paginate(
            Name=name, WithDecryption=True
        )
        versions = [
            {"version": entry["Version"], "type": entry["Type"], "value": entry["Value"]}
            for page in pages
            for entry in page["Parameters"]
        ]
        return sorted(versions, key=lambda version: int(version["version"]))

    def _save_bucket(self, bucket: str) -> None:
        known = self._index(bucket)
        index: dict[str, dict[str, Any]] = {}
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        for item in (item for page in pages for item in page.get("Contents", [])):
            key, tag = item["Key"], item["ETag"]
            entry = known.get(key)
            index[key] = entry if entry and entry["etag"] == tag else self._save(bucket, key, tag)
        if index != known:
            _write(self._index_path(bucket), json.dumps(index, indent=1).encode())
            for name in {e["file"] for e in known.values()} - {e["file"] for e in index.values()}:
                (self._media / bucket / name).unlink(missing_ok=True)

    def _save(self, bucket: str, key: str, tag: str) -> dict[str, Any]:
        answer = self._s3.get_object(Bucket=bucket, Key=key)
        name = hashlib.sha256(key.encode()).hexdigest()
        _write(self._media / bucket / name, answer["Body"].read())
        return {
            "file": name,
            "etag": tag,
            "content_type": answer["ContentType"],
            "metadata": answer["Metadata"],
        }

    def _index_path(self, bucket: str) -> Path:
        return self._media / f"{bucket}.json"

    def _index(self, bucket: str) -> dict[str, dict[str, Any]]:
        path = self._index_path(bucket)
        loaded: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.exists() else {}
        return loaded


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.new")
    temporary.touch(mode=0o600)
    temporary.write_bytes(content)
    temporary.replace(path)
