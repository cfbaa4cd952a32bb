"""botocore as the layer has it: a cold start on Lambda never reads what the layer's build drops.

Copied from what is installed and trimmed by the build's own code, so that nothing is fetched.
"""

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import botocore

BUILDER = Path(__file__).parents[1] / "layers" / "dependencies" / "build_layer.py"


def trimmed_botocore(folder: Path) -> Path:
    """Return a folder for PYTHONPATH, made in `folder`, that has botocore and nothing else."""
    site = folder / "layer"
    shutil.copytree(Path(botocore.__file__).parent, site / "botocore")
    builder = _builder()
    builder.trim(site)
    builder.compile_all(site)
    return site


def _builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_layer", BUILDER)
    if spec is None or spec.loader is None:
        raise ImportError(f"{BUILDER} is not a module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
