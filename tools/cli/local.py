"""`portevoix local`: the stack on this machine."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from portevoix.model.times import parse_moment

from tools.cli.session import Session
from tools.local.running import StackAnswerError, default_state_folder

KINDS = ("publish", "listen", "measure", "digest")


@click.group()
def local() -> None:
    """Run the stack on this machine: everything of the template, on loopback."""


@local.command("up")
@click.option("--virtual", metavar="MOMENT", help="A clock of its own, which moves by `warp`.")
@click.option("--ephemeral", is_flag=True, help="Keep nothing.")
@click.option("--state", type=click.Path(file_okay=False, path_type=Path), help="Where to keep it.")
def local_up(virtual: str | None, ephemeral: bool, state: Path | None) -> int:
    """Stand the stack up, print its addresses, and run until Ctrl-C."""
    from tools.local.__main__ import run_until_stopped
    from tools.local.sam import TemplateError
    from tools.local.state import StateError

    moment = _moment(virtual) if virtual else None
    folder = state or default_state_folder()
    try:
        return run_until_stopped(folder, virtual_at=moment, ephemeral=ephemeral)
    except (StateError, TemplateError) as error:
        raise click.ClickException(str(error)) from error


@local.command("member")
@click.argument("username")
@click.pass_obj
def local_member(session: Session, username: str) -> None:
    """Make an account on the square, the network of this machine; print its access token."""
    from tools.demo.square import SquareMember

    if not session.stack.square_url:
        raise click.ClickException("The square does not run: see logs/square.log.")
    click.echo(SquareMember(session.stack.square_url, username, username, "").token)


@local.command("tick")
@click.argument("kind", type=click.Choice(KINDS))
@click.pass_obj
def local_tick(session: Session, kind: str) -> int:
    """Run one schedule now."""
    try:
        answer = session.stack.tick(kind)
    except StackAnswerError as error:
        raise click.ClickException(str(error)) from error
    session.show(f"{kind}: {answer['answer']}")
    return 1 if answer["failed"] else 0


@local.command("warp")
@click.option("--until", metavar="MOMENT", help="In UTC, or with an offset.")
@click.option("--hours", type=float)
@click.pass_obj
def local_warp(session: Session, until: str | None, hours: float | None) -> None:
    """Let the time of a stack with a virtual clock pass."""
    if (until is None) == (hours is None):
        raise click.UsageError("Give either --until or --hours.")
    stack = session.stack
    target = _moment(until) if until else stack.now() + timedelta(hours=hours or 0)
    try:
        with session.console.status("Time passes…"):
            answer = stack.warp(target)
    except StackAnswerError as error:
        raise click.ClickException(str(error)) from error
    session.show(f"It is {answer['now']}, after {answer['jumps']} jumps.")


def _moment(text: str) -> datetime:
    return parse_moment(text, ZoneInfo("UTC")).astimezone(UTC)
