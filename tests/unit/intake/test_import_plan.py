"""What an import plans, refuses, keeps and tells."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from portevoix.intake.import_plan import ImportReport, ReadyPost, import_plan, prepare_plan
from portevoix.model.brands import Account
from portevoix.model.deliveries import DeliveryState, HoldReason
from portevoix.model.posts import Media
from portevoix.publishing.add_media import add_media, describe_media
from portevoix.publishing.plan import Desk, Draft, Queued, queue_post

from tests.factories import ACCOUNT, BRAND, NOON, OTHER_ACCOUNT, a_brand, an_account
from tests.fakes.clock import FakeClock
from tests.fakes.connector import FakeConnector, FakeConnectors
from tests.fakes.media_objects import FakeMediaObjects
from tests.fakes.names import FakeNewId
from tests.fakes.queue import FakeDeliveryQueue
from tests.fakes.store import FakeStore
from tests.fakes.workers import FakeWorkers

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000200000003080200000012160fa60000000049454e44ae426082"
)
HEADER = "ref,pair,moment,account,text,media,alt,credit\n"
PAIR = (
    f"R1-FR,R1,2027-03-23 08:00,{ACCOUNT},Bonjour,photo.png,Une rive,Tom Beaulne\n"
    f"R1-EN,R1,2027-03-23 08:00,{OTHER_ACCOUNT},Hello,photo.png,A shore,Tom Beaulne\n"
)


class Importer:
    """A brand with two accounts, French and English, whose plans are imported."""

    def __init__(self) -> None:
        self.store = FakeStore()
        self.objects = FakeMediaObjects()
        self.store.save_brand(a_brand())
        self.store.save_account(an_account())
        self.store.save_account(an_account(account_id=OTHER_ACCOUNT, language="en-CA"))
        self.desk = Desk(
            posts=self.store,
            brands=self.store,
            connectors=FakeConnectors(mastodon=FakeConnector(FakeClock())),
            queue=FakeDeliveryQueue(),
            workers=FakeWorkers(),
            media_objects=self.objects,
            new_id=FakeNewId(),
            clock=FakeClock(),
        )

    @property
    def accounts(self) -> tuple[Account, ...]:
        return self.store.list_accounts(BRAND)

    def store_media(self, path: str, alt_texts: Mapping[str, str], credit: str) -> Media:
        media = describe_media(BRAND, path, PNG, alt_texts=alt_texts, credit=credit, now=NOON)
        return add_media(media, PNG, self.store, self.objects)

    def queue_post(self, ready: ReadyPost) -> Queued:
        draft = Draft(
            BRAND,
            ready.moment_at,
            ready.account_ids,
            ready.variants,
            ref=ready.post.ref,
            is_pair=ready.is_pair,
        )
        return queue_post(draft, self.desk, NOON, keep_refused=True)

    def run(self, text: str) -> ImportReport:
        plan = prepare_plan(text.encode(), ZoneInfo("America/Toronto"), self.accounts)
        *_, report = import_plan(
            plan, self.accounts, store_media=self.store_media, queue_post=self.queue_post
        )
        return report


def codes(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(p.row, p.column, p.problem.code) for p in report.problems]


def test_rows_that_share_a_pair_make_one_post_with_a_text_per_account() -> None:
    importer = Importer()
    report = importer.run(HEADER + PAIR)
    assert report.is_clean
    assert len(report.planned) == 2
    [post] = importer.store.posts.values()
    assert (post.ref, post.is_pair) == ("R1", True)
    said = {d.key.account_id: d.content for d in importer.store.deliveries.values()}
    assert said[ACCOUNT].text == "Bonjour\n\nPhoto\u00a0: Tom Beaulne"
    assert said[OTHER_ACCOUNT].text == "Hello\n\nPhoto: Tom Beaulne"
    assert said[ACCOUNT].media[0].alt_text == "Une rive"
    assert said[OTHER_ACCOUNT].media[0].alt_text == "A shore"
    assert len(importer.objects.stored) == 1, "the same image is one media"


def test_half_of_a_pair_alone_is_not_planned() -> None:
    importer = Importer()
    report = importer.run(HEADER + PAIR.splitlines()[0] + "\n")
    assert codes(report) == [(2, "pair", "pair_half_missing")]
    assert importer.store.posts == {}


def test_a_broken_half_keeps_the_other_half_from_leaving_alone() -> None:
    importer = Importer()
    broken = PAIR.replace("A shore", "")
    report = importer.run(HEADER + broken)
    assert codes(report) == [(2, "pair", "pair_half_missing"), (3, "alt", "alt_text_missing")]
    assert importer.store.posts == {}


def test_a_pair_leaves_at_one_moment() -> None:
    report = Importer().run(HEADER + PAIR.replace("08:00,mastodon-en", "08:01,mastodon-en"))
    assert codes(report) == [(3, "moment", "pair_moments_differ")]


def test_importing_again_adds_nothing() -> None:
    importer = Importer()
    plan = HEADER + PAIR + f",,2027-03-24 08:00,{ACCOUNT},Sans nom,,,\n"
    first = importer.run(plan)
    before = dict(importer.store.posts)
    again = importer.run(plan)
    assert (len(first.planned), len(again.planned)) == (3, 0)
    assert len(again.already_there) == 2
    assert again.problems == []
    assert importer.store.posts == before


def test_a_changed_row_under_the_same_name_is_told_and_changes_nothing() -> None:
    importer = Importer()
    importer.run(HEADER + PAIR)
    report = importer.run(HEADER + PAIR.replace("Hello", "Good morning"))
    assert codes(report) == [(2, "ref", "ref_changed")]
    [post] = importer.store.posts.values()
    assert post.variants[OTHER_ACCOUNT].parts[0].text == "Hello"


def test_two_rows_of_one_name_that_are_no_pair_are_told() -> None:
    row = f"A,,2027-03-23 08:00,{ACCOUNT},Bonjour,,,\n"
    assert codes(Importer().run(HEADER + row + row)) == [(3, "ref", "ref_twice")]


def test_an_account_that_the_brand_does_not_have_is_told() -> None:
    report = Importer().run(HEADER + "A,,2027-03-23 08:00,mastodon:nobody,Bonjour,,,\n")
    assert codes(report) == [(2, "account", "unknown_account")]


def test_a_moment_in_the_past_is_told_at_its_row_and_the_others_are_planned() -> None:
    importer = Importer()
    report = importer.run(
        HEADER + f"A,,2027-03-01 08:00,{ACCOUNT},Trop tard,,,\n"
        f"B,,2027-03-23 08:00,{ACCOUNT},À temps,,,\n"
    )
    assert codes(report) == [(2, "moment", "moment_in_past")]
    assert len(report.planned) == 1


def test_what_the_network_would_refuse_is_kept_with_its_reason() -> None:
    importer = Importer()
    long = "x" * 401
    report = importer.run(HEADER + PAIR.replace("Hello", long))
    states = {d.key.account_id: d for d in report.refused}
    assert report.planned == []
    assert states[OTHER_ACCOUNT].state is DeliveryState.REJECTED
    trouble = states[OTHER_ACCOUNT].trouble
    assert trouble is not None
    assert trouble.code == "text_too_long"
    assert states[ACCOUNT].hold is HoldReason.OTHER_HALF
