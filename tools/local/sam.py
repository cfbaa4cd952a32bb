"""Reads template.yaml and passes it through SAM's own translator, offline."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any


class TemplateError(ValueError):
    """The template cannot be stood up locally; the message says what is wrong where."""


def read_template(path: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """Return (the functions' folders by logical id, the template); raises TemplateError."""
    from samtranslator.yaml_helper import yaml_parse

    document = yaml_parse(path.read_text("utf-8"))
    if not isinstance(document, dict) or not document.get("Resources"):
        raise TemplateError(f"{path}: no resources")
    folders: dict[str, str] = {}
    for name, resource in document["Resources"].items():
        properties = resource.get("Properties", {})
        for key in ("CodeUri", "ContentUri"):
            if isinstance(properties.get(key), str):
                # The translator wants the address that `sam package` would write here.
                folders[name] = properties[key]
                properties[key] = f"s3://local/{name}"
    return folders, document


def parameter_values(document: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, str]:
    """Return each parameter's value, given or default; raises TemplateError."""
    declared = document.get("Parameters") or {}
    unknown = sorted(set(parameters) - set(declared))
    if unknown:
        raise TemplateError(f"the template has no parameter {', '.join(unknown)}")
    given = {name: parameters.get(name, spec.get("Default")) for name, spec in declared.items()}
    missing = sorted(name for name, value in given.items() if value is None)
    if missing:
        raise TemplateError(f"these parameters have neither value nor default: {missing}")
    return {name: str(value) for name, value in given.items()}


def translate(document: dict[str, Any], given: Mapping[str, str], region: str) -> dict[str, Any]:
    """Return what SAM's own translator makes of the template; raises TemplateError."""
    import boto3
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=region))
    try:
        translated: dict[str, Any] = translator.translate(document, dict(given))
    except InvalidDocumentException as error:
        causes = "; ".join(cause.message for cause in error.causes)
        raise TemplateError(f"{error.message} {causes}") from error
    return translated
