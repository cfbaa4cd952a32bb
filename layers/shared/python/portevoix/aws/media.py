"""The bytes of media, in S3."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from portevoix.aws.failures import code_of, service_failure, status_of
from portevoix.model.errors import NotFoundError
from portevoix.model.posts import Media
from portevoix.ports import UploadForm

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FORM_S = 3600
_GONE = frozenset({403, 404})
"""S3 answers 403 for a missing object to who may not list the bucket, as our roles may not.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
"""


class S3MediaObjects:
    """Implements `ports.MediaObjects` in the bucket called `bucket`."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def upload_form(self, media: Media, now: datetime) -> UploadForm:  # noqa: ARG002
        """Return a form that takes exactly this media: key, content type and size in bytes.

        It is good for one hour from the real time, whatever `now` is: S3 reads its own clock.
        https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
        """
        form = self._client.generate_presigned_post(
            Bucket=self._bucket,
            Key=object_key(media),
            Fields={"Content-Type": media.content_type},
            Conditions=[
                {"Content-Type": media.content_type},
                ["content-length-range", media.byte_size, media.byte_size],
            ],
            ExpiresIn=FORM_S,
        )
        return UploadForm(url=form["url"], fields=form["fields"])

    def put(self, media: Media, data: bytes) -> None:
        """Store the bytes of a media."""
        self._call(
            self._client.put_object,
            Key=object_key(media),
            Body=data,
            ContentType=media.content_type,
        )

    def size(self, media: Media) -> int | None:
        """Return the stored size in bytes, or None if nothing was stored yet."""
        from botocore.exceptions import ClientError

        try:
            found = self._call(self._client.head_object, Key=object_key(media))
        except ClientError as error:
            if status_of(error) in _GONE:
                return None
            raise
        size: int = found["ContentLength"]
        return size

    def read(self, media: Media) -> bytes:
        """Return the bytes; raise NotFoundError."""
        from botocore.exceptions import ClientError

        try:
            found = self._call(self._client.get_object, Key=object_key(media))
        except ClientError as error:
            if status_of(error) in _GONE:
                raise NotFoundError(
                    f"The file of media {media.media_id} was not uploaded."
                ) from error
            raise
        data: bytes = found["Body"].read()
        return data

    def _call(self, call: Any, **request: Any) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return call(Bucket=self._bucket, **request)
        except ClientError as error:
            if code_of(error) != "NoSuchBucket" and status_of(error) in _GONE:
                raise
            raise self._failure(error) from error
        except BotoCoreError as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> Exception:
        advice = "set PORTEVOIX_MEDIA_BUCKET to the bucket of the stack."
        return service_failure(error, f"The bucket '{self._bucket}'", advice)


def object_key(media: Media) -> str:
    """Return where a media's bytes are: `media/<brand>/<media>/<file>`."""
    return f"media/{media.brand_id}/{media.media_id}/{media.file_name.replace('/', '_')}"
