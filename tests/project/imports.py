"""The never list: reads the imports of a tree of sources, and yields what breaks a rule.

A tree is a mapping of paths, from the root, to sources, so that a test may break one on purpose.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

Tree = Mapping[str, str]
PACKAGE = "layers/shared/python/portevoix/"
CAPABILITIES = frozenset({"publishing", "listening", "reporting", "intake"})
# The last one asks the local stack's clock, on loopback, and is refused on AWS.
CONNECTS = frozenset({f"{PACKAGE}networks/session.py", f"{PACKAGE}networks/stack_clock.py"})
CONNECTOR_SHARED = frozenset({"__init__", "session", "registry", "addresses"})

# Which rooms of the package a room may know, besides itself.
MAY_KNOW: Mapping[str, frozenset[str]] = {
    "model": frozenset(),
    "texts": frozenset({"model"}),
    "ports": frozenset({"model"}),
    "settings": frozenset({"model"}),
    "observability": frozenset({"model", "settings"}),
    "aws": frozenset({"model", "ports", "settings", "texts"}),
    "networks": frozenset({"model", "ports", "settings", "texts"}),
    # Doors call use cases.
    "web": frozenset({"model", "ports", "settings", "texts", "observability"}) | CAPABILITIES,
    **dict.fromkeys(CAPABILITIES, frozenset({"model", "ports", "texts"})),
    "bootstrap": CAPABILITIES
    | {"model", "ports", "settings", "texts", "observability", "aws", "networks", "web"},
}
HANDLERS_MAY_KNOW = CAPABILITIES | {"bootstrap", "model", "observability", "ports", "texts", "web"}
AWS_LIBRARIES = frozenset({"boto3", "botocore", "s3transfer"})
HTTP_LIBRARIES = frozenset(
    {"requests", "urllib3", "socket", "ssl", "http.client", "urllib.request", "httpx", "aiohttp"}
)
MODEL_NEVER = AWS_LIBRARIES | {
    "requests", "urllib3", "pydantic", "aws_lambda_powertools", "os", "random", "time", "socket",
}  # fmt: skip
PYDANTIC_ROOMS = frozenset({"web", "networks", "intake"})
KEY_ATTRIBUTES = frozenset({"pk", "sk", "due_kind", "listed_pk", "listed_sk"})
CLOCKS = frozenset(
    {
        f"{owner}.{call}"
        for owner in ("datetime", "date", "datetime.datetime", "datetime.date")
        for call in ("now", "utcnow", "today")
    }
    | {"time.time", "time.monotonic"}
)
AT_IMPORT_NEVER = (
    "os.getenv", "os.environ", "boto3.client", "boto3.resource", "boto3.Session", "boto3.session",
    "open", "requests.Session", "requests.get", "environment", "read_settings",
)  # fmt: skip
AT_IMPORT_NEVER_METHODS = frozenset({"read_text", "read_bytes"})
FORBIDDEN_NAMES = frozenset({"utils", "util", "helpers", "common", "misc", "manager", "base"})


@dataclass(frozen=True, slots=True)
class Module:
    """A source with what the rules ask of it."""

    path: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The room of the package, `functions`, `tools`..."""
        inside = self.path.removeprefix(PACKAGE) if self.path.startswith(PACKAGE) else self.path
        return PurePosixPath(inside).parts[0].removesuffix(".py")

    @property
    def is_packaged(self) -> bool:
        return self.path.startswith(PACKAGE)

    @property
    def is_deployed(self) -> bool:
        return self.is_packaged or self.path.startswith("functions/")

    def imports(self) -> Iterator[tuple[int, str]]:
        """Yield (line, dotted name) of all that is imported, at any depth."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                origin = self._absolute(node)
                yield from ((node.lineno, f"{origin}.{alias.name}") for alias in node.names)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        start = PurePosixPath(self.path.removeprefix("layers/shared/python/"))
        parts = start.parts[: -node.level]
        return ".".join((*parts, *((node.module,) if node.module else ())))


def read_tree(root: Path) -> dict[str, str]:
    """Return the sources that the list is about."""
    return {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for folder in ("layers/shared/python/portevoix", "functions", "tools")
        for path in sorted((root / folder).rglob("*.py"))
        if "node_modules" not in path.parts
    }


def violations(tree: Tree) -> list[str]:
    """Return every breach of the never list, as sentences with path and line."""
    modules = [Module(path, ast.parse(source, path)) for path, source in tree.items()]
    return [
        f"{module.path}:{line}: {why}"
        for module in modules
        for rule in (
            _rooms, _libraries, _connectors, _clock, _keys, _handlers, _at_import, _names,
        )
        for line, why in rule(module)
    ]  # fmt: skip


def is_of(name: str, libraries: frozenset[str]) -> bool:
    """Whether a dotted name is of one of the libraries."""
    return any(name == library or name.startswith(f"{library}.") for library in libraries)


def _rooms(module: Module) -> Iterator[tuple[int, str]]:
    if module.is_packaged:
        allowed = MAY_KNOW.get(module.room, frozenset()) | {module.room}
    elif module.path.startswith("functions/"):
        allowed = HANDLERS_MAY_KNOW
    else:
        return
    for line, name in module.imports():
        parts = name.split(".")
        if parts[0] in ("tools", "tests", "bench", "functions"):
            yield line, f"what is deployed imports {name}"
        if parts[0] == "portevoix" and len(parts) > 1 and parts[1] not in allowed:
            yield line, f"{module.room} imports portevoix.{parts[1]}"


def _libraries(module: Module) -> Iterator[tuple[int, str]]:
    if not module.is_deployed:
        return
    for line, name in module.imports():
        if module.room == "model" and is_of(name, MODEL_NEVER):
            yield line, f"model imports {name}"
        if module.room != "aws" and is_of(name, AWS_LIBRARIES):
            yield line, f"{name} outside of aws"
        if module.path not in CONNECTS and is_of(name, HTTP_LIBRARIES):
            yield line, f"{name} outside of networks/session.py"
        if module.room not in PYDANTIC_ROOMS and is_of(name, frozenset({"pydantic"})):
            yield line, f"{module.room} imports pydantic, which stands at the doors"


def _connectors(module: Module) -> Iterator[tuple[int, str]]:
    if not module.path.startswith(f"{PACKAGE}networks/"):
        return
    own = PurePosixPath(module.path.removeprefix(f"{PACKAGE}networks/")).parts[0]
    own = own.removesuffix(".py")
    if own == "registry":
        return
    for line, name in module.imports():
        parts = name.split(".")
        is_network = parts[:2] == ["portevoix", "networks"] and len(parts) > 2
        if is_network and parts[2] not in CONNECTOR_SHARED | {own}:
            yield line, f"connector {own} imports connector {parts[2]}"


def _clock(module: Module) -> Iterator[tuple[int, str]]:
    if module.room != "model" and module.room not in CAPABILITIES:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and dotted(node.func) in CLOCKS:
            yield node.lineno, f"{module.room} reads a clock: `now` is an argument"


def _keys(module: Module) -> Iterator[tuple[int, str]]:
    if not module.is_deployed or module.room == "aws":
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and node.value in KEY_ATTRIBUTES:
            yield node.lineno, f"the attribute {node.value} is spelt outside of aws"


def _handlers(module: Module) -> Iterator[tuple[int, str]]:
    if not module.path.startswith("functions/"):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.If | ast.Try | ast.Match | ast.While):
            yield node.lineno, f"a handler holds a rule ({type(node).__name__.lower()})"


def _at_import(module: Module) -> Iterator[tuple[int, str]]:
    if not module.is_deployed:
        return
    for node in _run_at_import(module.tree.body):
        name = dotted(node.func) if isinstance(node, ast.Call) else ""
        is_read = isinstance(node, ast.Call) and name.rpartition(".")[2] in AT_IMPORT_NEVER_METHODS
        is_work = any(name == never or name.startswith(f"{never}.") for never in AT_IMPORT_NEVER)
        is_environ = isinstance(node, ast.Subscript) and dotted(node.value) == "os.environ"
        if is_read or is_work or is_environ:
            yield node.lineno, f"work at import ({name or 'os.environ'})"


def _run_at_import(body: list[ast.stmt]) -> Iterator[ast.Call | ast.Subscript]:
    """Yield the calls and look-ups of module and class bodies, decorators and defaults."""
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            pending += [*node.decorator_list, *node.args.defaults]
            pending += [default for default in node.args.kw_defaults if default]
        elif not isinstance(node, ast.Lambda):
            if isinstance(node, ast.Call | ast.Subscript):
                yield node
            pending += ast.iter_child_nodes(node)


def _names(module: Module) -> Iterator[tuple[int, str]]:
    for part in PurePosixPath(module.path).with_suffix("").parts:
        if part in FORBIDDEN_NAMES:
            yield 1, f"a module or folder called {part} says nothing"


def dotted(node: ast.AST) -> str:
    """Return the dotted name of an expression; of `Path("x").read_text`, its last part."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return ""
