import pytest
from portevoix.networks.mastodon.plain_text import to_plain_text

LINK = (
    '<a href="https://rivecommune.example/donnees/2026" rel="nofollow"><span class="invisible">'
    'https://</span><span class="ellipsis">rivecommune.example/don</span>'
    '<span class="invisible">nees/2026</span></a>'
)
MENTION = (
    '<span class="h-card" translate="no"><a href="http://localhost/@rive" class="u-url mention">'
    "@<span>rive</span></a></span>"
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("<p>Un</p><p>Deux<br />Trois</p>", "Un\n\nDeux\nTrois"),
        (f"<p>{MENTION} hello!</p>", "@rive hello!"),
        (f"<p>Voyez {LINK}.</p>", "Voyez https://rivecommune.example/donnees/2026."),
        ('<a href="https://a.example/x">ici</a>', "ici (https://a.example/x)"),
        ('<a href="javascript:alert(1)">ici</a>', "ici"),
        ('<a href="/tags/a" class="mention hashtag">#<span>a</span></a>', "#a"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<p>5 &lt; 6 &amp; &eacute;&#x27;</p>", "5 < 6 & é'"),
        ("<script>alert(1)</script><style>p{}</style>Bonjour", "Bonjour"),
        ("<p>a</p><p></p><p></p><p>b</p>", "a\n\nb"),
        ("<p>non fermé <b>gras", "non fermé gras"),
        ("a\x00\x1b[31mb", "a[31mb"),
        ("plain text", "plain text"),
    ],
)
def test_html_becomes_what_a_reader_sees(html: str, text: str) -> None:
    assert to_plain_text(html) == text
