"""The page of the Python package: what it offers, in the order of its imports. mkdocstrings puts signatures and docstrings there."""
from __future__ import annotations

import ast
from pathlib import Path

API = "python/slowfast_swift/_api.py"
PAGE = "docs/reference/python.md"
# What is imported by its own name, for others' scripts.
ADAPTERS = ["slowfast.pyslowfast.evaluate_ava", "slowfast.mmaction.SlowFastAVAMetric"]


def offered(source: str) -> dict[str, list[str]]:
    """The names of `__all__` by the modules that they come from."""
    tree = ast.parse(source)
    names: list[str] = []
    origins: dict[str, list[str]] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == "__all__" for one in node.targets):
            names = ast.literal_eval(node.value)
        elif isinstance(node, ast.ImportFrom):
            origins[node.module or ""] = [alias.asname or alias.name for alias in node.names]
    found = {module: [name for name in its if name in names] for module, its in origins.items()}
    lost = set(names) - {name for its in found.values() for name in its}
    if not names or lost:
        raise ValueError(
            f"{API}: __all__ has {sorted(lost) or 'no names'}, expected names that are imported there -> see {Path(__file__).name}"
        )
    return found


def page(source: str) -> str:
    found = offered(source)
    errors = found.pop("_errors", [])
    lines = [
        "# Python reference", "",
        "What `import slowfast` has: signatures and docstrings. How to install it, with examples: [SlowFast from Python](../python.md).",
        "",
    ]
    for names in sorted(found.values(), key=lambda names: "api_version" in names):
        # A function, then what it gives.
        for name in sorted(names, key=lambda name: name != "evaluate"):
            lines += [f"::: slowfast.{name}", ""]
    for title, names in (("In other projects' scripts", ADAPTERS), ("Errors", [f"slowfast.{name}" for name in errors])):
        lines += [f"## {title}", ""]
        for name in names:
            lines += [f"::: {name}", "    options: {heading_level: 3}", ""]
    return "\n".join(lines)
