"""A bucket in memory."""

from datetime import datetime

from portevoix.model.errors import NotFoundError
from portevoix.model.posts import Media
from portevoix.ports import UploadForm


class FakeMediaObjects:
    """Implements `ports.MediaObjects`: `stored` holds the bytes by brand and media id."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], bytes] = {}

    def upload_form(self, media: Media, now: datetime) -> UploadForm:
        fields = {
            "key": f"media/{media.brand_id}/{media.media_id}/{media.file_name}",
            "Content-Type": media.content_type,
        }
        return UploadForm(url="https://bucket.example.org/", fields=fields)

    def put(self, media: Media, data: bytes) -> None:
        self.stored[media.brand_id, media.media_id] = data

    def size(self, media: Media) -> int | None:
        data = self.stored.get((media.brand_id, media.media_id))
        return None if data is None else len(data)

    def read(self, media: Media) -> bytes:
        try:
            return self.stored[media.brand_id, media.media_id]
        except KeyError as error:
            raise NotFoundError(f"No object for media {media.media_id}.") from error
