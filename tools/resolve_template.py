"""Shows what CloudFormation gets: template.yaml after SAM's own translator, offline.

``python -m tools.resolve_template OUTPUT`` writes it as JSON, for cfn-lint: it sees the schedules,
permissions and stages that SAM makes, which the template as written does not show.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = ROOT / "template.yaml"


class _NoManagedPolicies:
    """Stands for the list that SAM would fetch from IAM: we name no managed policy."""

    def load(self) -> dict[str, str]:
        """Return an empty list."""
        return {}


def read_template(path: Path = TEMPLATE) -> dict[str, Any]:
    """Return the template as it is written, its short tags spelt out (``{"Ref": ...}``)."""
    from samtranslator.yaml_helper import yaml_parse

    document: dict[str, Any] = yaml_parse(path.read_text("utf-8"))
    return document


def resolve_template(document: dict[str, Any]) -> dict[str, Any]:
    """Return what SAM makes of a template, which is changed on the way."""
    from samtranslator.translator.transform import transform

    os.environ.setdefault("AWS_DEFAULT_REGION", "ca-central-1")
    for name, resource in document["Resources"].items():
        for key in ("CodeUri", "ContentUri"):
            if key in resource.get("Properties", {}):
                # The translator takes only the address that `sam package` would write here.
                resource["Properties"][key] = f"s3://package/{name}"
    resolved: dict[str, Any] = transform(document, {}, _NoManagedPolicies())
    return resolved


def main() -> None:
    """Write the resolved template to the file that is named."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m tools.resolve_template OUTPUT")
    output = Path(sys.argv[1])
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(resolve_template(read_template()), indent=2) + "\n", "utf-8")
    print(f"resolved: {output}")


if __name__ == "__main__":
    main()
