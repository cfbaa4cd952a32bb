import pytest
from portevoix.model.limits import Limits
from portevoix.networks.mastodon.counting import count

MASTODON = Limits(text_max=500, url_length=23, counts_mention_domains=False)
GOTOSOCIAL = Limits(text_max=5000, counting="code_points")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Bonjour", 7),
        ("👩‍👩‍👧‍👦 🇨🇦 e\u0301", 5),
        ("a\r\nb", 3),
        ("https://rivecommune.example/donnees", 23),
        ("https://a.example", 23),
        ("Voyez https://a.example/x. Merci", 6 + 23 + 1 + 6),
        ("(https://a.example/x)", 25),
        ("https://a.example/x_(y)", 23),
        ("« https://a.example/x »", 2 + 23 + 2),
        ("rivecommune.example/donnees", 27),
        ("@lise@loin.example merci", 11),
        ("@lise merci", 11),
        ("lise@loin.example", 17),
        ("https://a.example/@lise@loin.example", 23),
        ("http://a.example http://b.example", 47),
    ],
)
def test_mastodon_counts_graphemes_with_links_and_mentions_shortened(
    text: str, length: int
) -> None:
    assert count(text, "", MASTODON) == length


def test_a_content_warning_counts_as_it_stands() -> None:
    assert count("abc", "https://a.example/long/path", MASTODON) == 3 + 27


def test_gotosocial_counts_every_code_point_and_shortens_nothing() -> None:
    text = "👩‍👩‍👧‍👦 https://a.example/path @lise@loin.example"

    assert count(text, "cw", GOTOSOCIAL) == len(text) + 2


def test_a_long_plan_text_counts_as_its_authors_counted_it() -> None:
    text = (
        "Today is World Water Day. In 2026, our volunteers took 1,248 samples in 37 creeks, from "
        "Chelsea to Kanata. First finding: road salt reaches spawning beds as soon as the thaw "
        "begins. The data is open: https://commonshore.example/data #WorldWaterDay"
    )

    assert count(text, "", MASTODON) == 238
