"""The pages where a person reads the mails that the stack sent; nothing leaves the machine."""

from collections.abc import Callable
from html import escape

from tools.local.loopback import Request, Response, json_response
from tools.local.mail import MailStore, StoredMail

_STYLE = """body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{padding:.4rem .6rem;text-align:left;
border-bottom:1px solid #ddd}iframe{width:100%;height:70vh;border:1px solid #ddd}
pre{white-space:pre-wrap;overflow-wrap:anywhere}nav a{margin-right:1rem}"""
# A mail is foreign HTML: no script, no form, no request, an origin of its own.
_SANDBOX = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def mail_pages(store: MailStore) -> Callable[[Request], Response]:
    """Return the pages under /mails."""

    def respond(request: Request) -> Response:
        parts = request.path.strip("/").split("/")
        if request.method not in ("GET", "HEAD") or parts[0] not in ("", "mails", "mails.json"):
            return _page("Not found", "<p>There is nothing here.</p>", 404)
        if parts[0] == "mails.json":
            return json_response([_row(mail) for mail in store.all()])
        if len(parts) == 1:
            return _list(store)
        mail = store.find(parts[1])
        views = _VIEWS.get(parts[2] if len(parts) > 2 else "")
        if mail is None or views is None:
            return _page("Not found", "<p>There is no such mail.</p>", 404)
        return views(mail)

    return respond


def _list(store: MailStore) -> Response:
    rows = "".join(
        f'<tr><td>{escape(mail.sent_at)}</td><td><a href="/mails/{mail.path.stem}">'
        f"{escape(_subject(mail))}</a></td><td>{escape(', '.join(mail.destinations))}</td></tr>"
        for mail in reversed(store.all())
    )
    table = (
        "<table><thead><tr><th>Sent</th><th>Subject</th><th>To</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
        if rows
        else "<p>No mail yet.</p>"
    )
    return _page("Mails of the local stack", table)


def _view(mail: StoredMail) -> Response:
    name = mail.path.stem
    title = escape(_subject(mail), quote=True)
    return _page(
        _subject(mail),
        f'<nav><a href="/mails">All mails</a><a href="/mails/{name}/text">Text</a>'
        f'<a href="/mails/{name}/headers">Headers</a><a href="/mails/{name}/raw">Raw</a></nav>'
        f"<p>{escape(mail.sent_at)} · {escape(mail.sender)} → "
        f"{escape(', '.join(mail.destinations))}</p>"
        f'<iframe sandbox title="{title}" src="/mails/{name}/html"></iframe>',
    )


def _html(mail: StoredMail) -> Response:
    part = mail.message().get_body(("html",))
    content = part.get_content() if part else "<p>This mail has no HTML part.</p>"
    return Response(
        200,
        content.encode(),
        [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", _SANDBOX)],
    )


def _text(mail: StoredMail) -> Response:
    part = mail.message().get_body(("plain",))
    return _plain(part.get_content() if part else "This mail has no text part.")


def _headers(mail: StoredMail) -> Response:
    return _plain("\n".join(f"{name}: {value}" for name, value in mail.message().items()))


def _raw(mail: StoredMail) -> Response:
    return _plain(mail.path.read_text("utf-8", "replace"))


_VIEWS: dict[str, Callable[[StoredMail], Response]] = {
    "": _view,
    "html": _html,
    "text": _text,
    "headers": _headers,
    "raw": _raw,
}


def _subject(mail: StoredMail) -> str:
    return str(mail.message().get("Subject", "(no subject)"))


def _row(mail: StoredMail) -> dict[str, object]:
    return {
        "id": mail.id,
        "file": str(mail.path),
        "sent_at": mail.sent_at,
        "sender": mail.sender,
        "destinations": list(mail.destinations),
        "subject": _subject(mail),
    }


def _plain(text: str) -> Response:
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    return Response(200, text.encode(), headers)


def _page(title: str, content: str, status: int = 200) -> Response:
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        f'</title><meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
        f"</head><body><h1>{escape(title)}</h1>{content}</body></html>"
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'"
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Security-Policy", policy),
    ]
    return Response(status, page.encode(), headers)
