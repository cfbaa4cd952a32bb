"""What the API does with media and accounts."""

from portevoix.model.posts import Media
from portevoix.publishing.add_media import look_at_upload
from portevoix.web.call import Answer, Call
from portevoix.web.schemas import MediaBody, parse_body
from portevoix.web.views import account_view, media_view


def create_media(call: Call) -> Answer:
    """Announce a media; its bytes follow by the form that is answered, within an hour."""
    body = parse_body(MediaBody, call.request.body)
    call.check_brand(body.brand)
    call.env.brands.get_brand(body.brand)
    media = Media(
        media_id=call.env.new_id(call.now),
        brand_id=body.brand,
        file_name=body.file_name,
        content_type=body.content_type,
        byte_size=body.byte_size,
        created_at=call.now,
        alt_texts={language: text for language, text in body.alt_texts.items() if text.strip()},
        credit=body.credit,
        is_stored=False,
    )
    form = call.env.media_objects.upload_form(media, call.now)
    call.env.posts.save_media(media)
    upload = {"url": form.url, "fields": dict(form.fields)}
    return 201, {**media_view(media), "upload": upload}


def show_media(call: Call, media_id: str) -> Answer:
    """Show a media, noted as stored once its bytes are there."""
    brand_id = call.request.need("brand")
    call.check_brand(brand_id)
    media = call.env.posts.get_media(brand_id, media_id)
    return 200, media_view(look_at_upload(media, call.env.posts, call.env.media_objects))


def list_accounts(call: Call) -> Answer:
    """List a brand's accounts with what their networks accept."""
    brand_id = call.request.need("brand")
    call.check_brand(brand_id)
    call.env.brands.get_brand(brand_id)
    accounts = call.env.brands.list_accounts(brand_id)
    return 200, {"accounts": [account_view(account) for account in accounts]}
