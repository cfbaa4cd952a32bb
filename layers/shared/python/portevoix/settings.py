"""Settings: read once from the environment, by name, with a clear error."""

from collections.abc import Mapping
from dataclasses import dataclass

from portevoix.model.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Settings:
    """What the template tells the functions. Empty means: this function does not need it."""

    table: str
    queue_url: str = ""
    media_bucket: str = ""
    parameter_prefix: str = ""
    sender_address: str = ""
    configuration_set: str = ""
    pages_url: str = ""
    due_shards: int = 4
    prepare_function: str = ""
    poll_function: str = ""
    measure_function: str = ""
    digest_function: str = ""
    clock_url: str = ""
    is_local: bool = False

    def need(self, name: str) -> str:
        """Return a setting; raise ConfigurationError naming its variable if it is empty."""
        value = str(getattr(self, name))
        if not value:
            raise ConfigurationError(f"Set {variable_of(name)}: this function cannot work without.")
        return value


def variable_of(name: str) -> str:
    """Return the environment variable of a setting."""
    return "PORTEVOIX_LOCAL" if name == "is_local" else f"PORTEVOIX_{name.upper()}"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings of `environ`; raise ConfigurationError for missing or unusable ones."""

    def text(name: str) -> str:
        return environ.get(variable_of(name), "").strip()

    shards = text("due_shards") or "4"
    if not shards.isdecimal() or not 1 <= int(shards) <= 64:
        raise ConfigurationError(f"PORTEVOIX_DUE_SHARDS is '{shards}': give a number from 1 to 64.")
    names = [n for n in Settings.__slots__ if n not in ("due_shards", "is_local")]
    settings = Settings(
        **{name: text(name) for name in names},
        due_shards=int(shards),
        is_local=text("is_local") == "1",
    )
    settings.need("table")
    if settings.clock_url and not settings.is_local:
        raise ConfigurationError("PORTEVOIX_CLOCK_URL is for the local stack: unset it on AWS.")
    return settings
