"""A brand's week in a minute: plan, publish, listen, measure, tell; then count what came of it.

Rive commune / Common Shore, on the Ottawa River, speaks French and English. Nothing leaves this
machine: the network is the square (tools/square), the clock is a virtual one that starts on
21 March 2027, and all the rest is what runs on AWS.
"""

import os
import shutil
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

from portevoix import bootstrap
from portevoix.bootstrap import Environment
from portevoix.intake.import_plan import ImportReport
from portevoix.model.brands import Brand
from portevoix.model.digests import Recipient
from portevoix.model.times import zone_of
from portevoix.publishing.connect import Connection, Counter, add_brand, connect_account
from portevoix.reporting.recipients import NewRecipient, save_recipient

from tools.cli.plans import start_import
from tools.demo.audience import MENTIONS
from tools.demo.digests import read_digests, write_digests
from tools.demo.images import draw_creek
from tools.demo.reckoning import Week, broken_promises
from tools.demo.square import SquareMember
from tools.demo.telling import Teller
from tools.local.clock import StackClock
from tools.local.options import StackOptions
from tools.local.running import CHECKOUT, find_running
from tools.local.square import square_services
from tools.local.stack import LocalStack
from tools.local.state import StateError

STATE = CHECKOUT / ".portevoix" / "demo"
DIGESTS = CHECKOUT / "build" / "demo" / "digests"
PLAN = Path(__file__).with_name("rive-commune.csv")

SUNDAY_MORNING = datetime(2027, 3, 21, 12, tzinfo=UTC)  # 08:00 in Toronto
WEEK_OVER = datetime(2027, 3, 29, 12, 30, tzinfo=UTC)  # after the last digest's hour

BRAND = Brand("rive-commune", "Rive commune", "America/Toronto", "fr-CA", SUNDAY_MORNING)
# (account, its name on the square, as people write it, language)
ACCOUNTS = (
    ("mastodon-fr:rivecommune", "rivecommune", "Rive commune", "fr-CA"),
    ("mastodon-en:commonshore", "commonshore", "Common Shore", "en-CA"),
)
# Europe's clocks change on Sunday the 28th: 08:00 in Paris is then an hour earlier for Toronto.
RECIPIENTS = (
    ("lea@rivecommune.example", "Léa Gagnon", "fr-CA", "America/Toronto"),
    ("sam@commonshore.example", "Sam Porter", "en-CA", "Europe/Paris"),
)


def main(state: Path = STATE, digests: Path = DIGESTS) -> int:
    """Run the demonstration; return 0 if every promise was kept, else 1.

    `state` is the stack's folder, `digests` is where the mails go.
    """
    tell = Teller()
    if find_running(state) is not None:
        tell.trouble("A demonstration is running already: wait for its end.")
        return 1
    started = time.monotonic()
    clock = StackClock.virtual(SUNDAY_MORNING)
    options = StackOptions(ephemeral=True, services=square_services())
    try:
        empty(state)
        empty(digests)
        with LocalStack(state, clock=clock, options=options) as stack:
            tell.step("The stack stands", started)
            week = live_a_week(stack, tell)
    except StateError as error:
        tell.trouble(str(error))
        return 1
    pages = write_digests(week.digests, digests)
    tell.timeline(week, zone_of(BRAND.zone))
    tell.table(week)
    tell.digests(pages)
    broken = broken_promises(week)
    tell.verdict(broken, started)
    return 1 if broken else 0


def live_a_week(stack: LocalStack, tell: Teller) -> Week:
    """Set a brand up, import its plan, let eight days pass, and gather what there is to count."""
    env = environment_of(stack)
    members = connect_brand(env, stack)
    recipients = [add_recipient(env, *person) for person in RECIPIENTS]
    next(iter(members.values())).plant(MENTIONS)

    report = import_week(env, stack)
    tell.imported(report)

    with tell.passing() as passing:
        stack.warp(WEEK_OVER, on_step=passing)

    posts = env.posts.list_posts(BRAND.brand_id, SUNDAY_MORNING, WEEK_OVER).items
    listed = env.listening.list_mentions(
        BRAND.brand_id, SUNDAY_MORNING, WEEK_OVER, with_private=True, limit=500
    )
    return Week(
        deliveries=[d for post in posts for d in env.posts.read_post(post.post_id)[1]],
        planned=len(report.planned),
        refused=len(report.refused),
        posts={name: member.posts() for name, member in members.items()},
        heard={name: member.heard() for name, member in members.items()},
        mentions=listed.items,
        digests=read_digests(stack.mails.all()),
        sendings=env.digests.list_digests(BRAND.brand_id, date(2027, 3, 20), date(2027, 3, 29)),
        recipients=recipients,
        logs=stack.state_folder / "logs",
    )


def environment_of(stack: LocalStack) -> Environment:
    """Return the composition root, pointed at the stack: what functions use on AWS."""
    os.environ.update(stack.environment)
    bootstrap.use(None)
    return bootstrap.environment()


def connect_brand(env: Environment, stack: LocalStack) -> dict[str, SquareMember]:
    """Add the brand and connect its accounts; return them as they are on the square."""
    add_brand(BRAND, env.brands)
    counter = Counter(env.brands, env.listening, env.metrics, env.credentials, env.connectors)
    members = {}
    square_url = stack.square_url or ""
    for account_id, username, name, language in ACCOUNTS:
        member = members[account_id] = SquareMember(square_url, username, name, language[:2])
        wanted = Connection(account_id, BRAND.brand_id, "mastodon", square_url, language)
        connect_account(wanted, member.token, counter, env.clock.now())
    return members


def add_recipient(env: Environment, address: str, name: str, language: str, zone: str) -> Recipient:
    """Have somebody receive the digest at 08:00 in their own zone."""
    wanted = NewRecipient(BRAND.brand_id, address, name=name, language=language, zone=zone)
    return save_recipient(wanted, env.digests, env.brands, env.clock.now())


def import_week(env: Environment, stack: LocalStack) -> ImportReport:
    """Import the plan, as `portevoix import` does, with its picture beside it."""
    folder = stack.state_folder / "plan"
    folder.mkdir()
    plan = Path(shutil.copy(PLAN, folder))
    draw_creek(folder / "benevole-ruisseau.png")
    _, steps = start_import(env, BRAND, plan, env.clock.now())
    *_, report = steps
    return report


def empty(folder: Path) -> None:
    """Leave an empty folder; one that somebody else named is never emptied, but has to be so."""
    if folder in (STATE, DIGESTS):
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise StateError(f"{folder} is not empty: name another folder.")


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
