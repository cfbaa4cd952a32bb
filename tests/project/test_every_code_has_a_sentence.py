"""What the code can say of a problem or a trouble, a person can read in both languages."""

import ast
from collections.abc import Iterator
from pathlib import Path

from portevoix.texts import problems, troubles

PACKAGE = Path(__file__).parents[2] / "layers/shared/python/portevoix"


def codes(tree: ast.AST, kind: str) -> Iterator[str]:
    """Yield the constant first argument of each `Problem.of(...)` or `Trouble(...)`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = ast.unparse(node.func)
        first = node.args[0]
        if name in (kind, f"{kind}.of") and isinstance(first, ast.Constant):
            yield str(first.value)


def used(kind: str) -> set[str]:
    """Return every code that the package uses."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return {code for path in paths for code in codes(ast.parse(path.read_text()), kind)}


def test_every_problem_has_a_sentence() -> None:
    assert used("Problem") - problems.TEXTS.keys() == set()


def test_every_trouble_has_a_sentence_and_an_action() -> None:
    found = used("Trouble")
    assert found
    wanted = found | {f"{code}_do" for code in found}
    assert wanted - troubles.TEXTS.keys() == set()


def test_a_code_without_a_sentence_would_be_seen() -> None:
    tree = ast.parse("Problem.of('nobody_wrote_this', where)")
    assert set(codes(tree, "Problem")) - problems.TEXTS.keys() == {"nobody_wrote_this"}
