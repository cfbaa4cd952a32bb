"""`portevoix`: brands, accounts, posts, mentions, numbers and digests of the local stack."""

import sys
from collections.abc import Sequence

import click
from portevoix.model.errors import PortevoixError

from tools.cli.access import token
from tools.cli.brands import account, brand
from tools.cli.digests import digest, recipient
from tools.cli.hearing import mentions, metrics
from tools.cli.local import local
from tools.cli.media import media
from tools.cli.plans import import_csv
from tools.cli.posts import post
from tools.cli.session import Session

COMMANDS = (
    account,
    brand,
    digest,
    import_csv,
    local,
    media,
    mentions,
    metrics,
    post,
    recipient,
    token,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="portevoix", prog_name="portevoix")
def portevoix() -> None:
    """Work with the Portevoix that runs on this machine (start it with `make up`).

    Errors are told in French or English: set PORTEVOIX_LANGUAGE to fr or en.
    """


for _command in COMMANDS:
    portevoix.add_command(_command)


def run(arguments: Sequence[str], session: Session | None = None) -> int:
    """Run one command; return 0, 1 (it could not be done, and why was said) or 2 (usage)."""
    session = session or Session()
    try:
        status = portevoix.main(
            args=list(arguments), obj=session, standalone_mode=False, prog_name="portevoix"
        )
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except PortevoixError as error:
        session.show_error(error)
        return 1
    except click.Abort:
        click.echo("Stopped.", err=True)
        return 1
    except BrokenPipeError:
        return 1
    return status if isinstance(status, int) else 0


def main() -> None:
    """Run the command line."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
