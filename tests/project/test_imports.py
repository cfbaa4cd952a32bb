"""Who may know whom, on the sources, and on sources broken on purpose."""

from pathlib import Path

import pytest

from tests.project.imports import FORBIDDEN_NAMES, PACKAGE, read_tree, violations

ROOT = Path(__file__).resolve().parents[2]

BROKEN = [
    ("model/a.py", "import boto3", "model imports boto3"),
    ("model/a.py", "from requests import Response", "model imports requests"),
    ("model/a.py", "from pydantic import BaseModel", "model imports pydantic"),
    ("model/a.py", "from aws_lambda_powertools import Logger", "model imports aws_lambda"),
    ("model/a.py", "import os.path", "model imports os"),
    ("model/a.py", "def f():\n    import random", "model imports random"),
    ("model/a.py", "from portevoix.ports import Store", "model imports portevoix.ports"),
    ("model/a.py", "from portevoix.texts import mail", "model imports portevoix.texts"),
    ("model/a.py", "from datetime import datetime\nx = lambda: datetime.now()", "reads a clock"),
    ("listening/a.py", "def f():\n    return date.today()", "reads a clock"),
    ("publishing/a.py", "from portevoix.aws.table import Table", "imports portevoix.aws"),
    ("publishing/a.py", "from portevoix import networks", "imports portevoix.networks"),
    ("reporting/a.py", "import portevoix.web.pages", "imports portevoix.web"),
    ("intake/a.py", "from portevoix.settings import Settings", "imports portevoix.settings"),
    ("listening/a.py", "from portevoix.publishing import plan", "imports portevoix.publishing"),
    ("listening/a.py", "from ..publishing import plan", "imports portevoix.publishing"),
    ("reporting/a.py", "from pydantic import BaseModel", "which stands at the doors"),
    ("networks/a.py", "from portevoix.aws import table", "imports portevoix.aws"),
    ("networks/a.py", "import boto3", "boto3 outside of aws"),
    ("networks/bluesky.py", "from portevoix.networks.mastodon import x", "imports connector"),
    ("networks/bluesky.py", "from . import mastodon", "imports connector"),
    ("networks/a.py", "import requests", "outside of networks/session.py"),
    ("web/a.py", "from urllib.request import urlopen", "outside of networks/session.py"),
    ("web/a.py", "from portevoix.aws import table", "web imports portevoix.aws"),
    ("aws/a.py", "from portevoix.web import pages", "aws imports portevoix.web"),
    ("aws/a.py", "from tools.local import clock", "what is deployed imports tools"),
    ("publishing/a.py", 'def f(item):\n    return item["pk"]', "spelt outside of aws"),
    ("web/a.py", 'KEY = "due_kind"', "spelt outside of aws"),
    ("aws/a.py", 'import os\nX = os.environ["X"]', "work at import"),
    ("aws/a.py", "import os\nX = os.getenv('X')", "work at import"),
    ("aws/a.py", "import boto3\nclass A:\n    c = boto3.client('s3')", "work at import"),
    ("aws/a.py", "import boto3\ndef f(c=boto3.client('s3')): ...", "work at import"),
    ("texts/a.py", 'from pathlib import Path\nX = Path("x").read_text()', "work at import"),
    *((f"web/{name}.py", "", f"called {name}") for name in sorted(FORBIDDEN_NAMES)),
    *((f"{name}/a.py", "", f"called {name}") for name in sorted(FORBIDDEN_NAMES)),
]
BROKEN_HANDLERS = [
    ("import boto3", "boto3 outside of aws"),
    ("from portevoix.aws import table", "imports portevoix.aws"),
    ("from portevoix.networks import registry", "imports portevoix.networks"),
    ("def handler(event, context):\n    if event: pass", "holds a rule (if)"),
    ("def handler(event, context):\n    try: pass\n    except E: pass", "holds a rule (try)"),
    ("from portevoix.bootstrap import environment\nenv = environment()", "work at import"),
]
SOUND = {
    f"{PACKAGE}model/a.py": "from datetime import datetime\nfrom portevoix.model.errors import E",
    f"{PACKAGE}publishing/a.py": "from portevoix.ports import Store\nfrom . import plan",
    f"{PACKAGE}networks/mastodon/a.py": "from portevoix.networks.mastodon.b import x\n"
    "from portevoix.networks.session import Session\nfrom pydantic import BaseModel",
    f"{PACKAGE}networks/registry.py": "from portevoix.networks import mastodon",
    f"{PACKAGE}networks/session.py": "import requests\nimport socket",
    f"{PACKAGE}web/a.py": "from portevoix.publishing import plan",
    f"{PACKAGE}aws/a.py": "def f(item):\n    import boto3\n    return item['pk']",
    f"{PACKAGE}bootstrap.py": "import os\ndef environment():\n    return os.environ['X']",
    "functions/a/handler.py": "from portevoix.bootstrap import environment\nlogger = Logger()",
    "tools/local/a.py": "import boto3\nfrom portevoix.publishing import plan",
}


def test_nobody_knows_whom_they_may_not() -> None:
    tree = read_tree(ROOT)
    assert len(tree) > 10
    assert violations(tree) == []


def test_a_sound_tree_is_not_blamed() -> None:
    assert violations(SOUND) == []


@pytest.mark.parametrize(("path", "source", "why"), BROKEN)
def test_a_package_broken_on_purpose_is_blamed(path: str, source: str, why: str) -> None:
    blamed = violations(SOUND | {PACKAGE + path: source})
    assert any(why in sentence for sentence in blamed), blamed


@pytest.mark.parametrize(("source", "why"), BROKEN_HANDLERS)
def test_a_handler_broken_on_purpose_is_blamed(source: str, why: str) -> None:
    blamed = violations(SOUND | {"functions/b/handler.py": source})
    assert any(why in sentence for sentence in blamed), blamed
