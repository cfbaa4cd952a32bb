"""What a network would refuse late is refused here, early, with what to change."""

from collections.abc import Mapping, Sequence

from portevoix.model.brands import Account
from portevoix.model.deliveries import Content, MediaUse
from portevoix.model.errors import Problem
from portevoix.model.limits import Limits
from portevoix.model.posts import Media, Part, Variant
from portevoix.ports import TextRules
from portevoix.texts import say


def content_of(
    variant: Variant, part: Part, account: Account, media: Mapping[str, Media]
) -> Content:
    """Return everything one delivery says: the photo credit is a line of the text, and counted."""
    language = variant.language or account.language
    used = [media[media_id] for media_id in part.media_ids]
    names = dict.fromkeys(item.credit for item in used if item.credit)
    lines = [part.text.strip()]
    if names:
        lines.append(say("credits.photo", language, names=", ".join(names)))
    return Content(
        text="\n\n".join(line for line in lines if line),
        language=language,
        visibility=variant.visibility,
        content_warning=variant.content_warning,
        media=tuple(
            MediaUse(item.media_id, item.content_type, item.alt_text(language)) for item in used
        ),
    )


def check_content(
    content: Content, account: Account, media: Mapping[str, Media], rules: TextRules
) -> tuple[Problem, ...]:
    """Return what the account's network would refuse, or what we do not send (no alt text)."""
    limits, where = account.limits, account.account_id
    problems = []
    if not content.text and not content.media:
        problems.append(Problem.of("empty_text", where))
    length = rules.measure(content.text, content.content_warning, limits)
    if length > limits.text_max:
        values = {"length": length, "limit": limits.text_max, "over": length - limits.text_max}
        problems.append(Problem.of("text_too_long", where, **values))
    if len(content.media) > limits.media_max:
        count = len(content.media)
        problems.append(Problem.of("too_many_media", where, count=count, limit=limits.media_max))
    for use in content.media:
        problems += check_media(use, media[use.media_id], limits, where)
    return tuple(problems)


def check_media(use: MediaUse, item: Media, limits: Limits, where: str) -> Sequence[Problem]:
    """Return what is wrong with one media on one account."""
    name = item.file_name
    problems = []
    if not use.alt_text.strip():
        problems.append(Problem.of("alt_text_missing", where, file=name))
    if len(use.alt_text) > limits.alt_text_max:
        length, most = len(use.alt_text), limits.alt_text_max
        problems.append(
            Problem.of("alt_text_too_long", where, file=name, length=length, limit=most)
        )
    if limits.media_types and item.content_type not in limits.media_types:
        problems.append(Problem.of("media_type_refused", where, file=name, type=item.content_type))
    bytes_max = limits.video_bytes_max if item.is_video else limits.image_bytes_max
    if bytes_max and item.byte_size > bytes_max:
        values = {"size": f"{item.byte_size / 1e6:.1f}", "limit": f"{bytes_max / 1e6:.1f}"}
        problems.append(Problem.of("media_too_big", where, file=name, **values))
    pixels = item.width * item.height
    if limits.image_pixels_max and not item.is_video and pixels > limits.image_pixels_max:
        most = limits.image_pixels_max
        problems.append(Problem.of("too_many_pixels", where, file=name, pixels=pixels, limit=most))
    return problems
