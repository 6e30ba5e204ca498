"""Builds the site: build.py FOLDER

First every link in the checkout's Markdown is followed; then the tests of this folder run, which read the checkout as well. Then
pages are copied and made, MkDocs builds them, and what it has built is looked through. Anything that does not hold ends the build with
status 1 and leaves FOLDER as it was.
"""
from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Iterator

import click
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import MkDocsException

import built
from checkout import PARSER, Checkout
from pages import Pages

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# How many problems are printed: what is wrong with the theme is wrong with every page.
SHOWN = 40
# The name of the script is what the plugin `offline` looks for before it takes one from elsewhere.
EXTRA = {"policy": built.POLICY, "polyfills": ["assets/iframe-worker.js"]}


def navigation(entry: Any) -> Iterator[str]:
    """The pages that the navigation names."""
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, list):
        for one in entry:
            yield from navigation(one)
    elif isinstance(entry, dict):
        for one in entry.values():
            yield from navigation(one)


def missing_places(checkout: Checkout, pages: Pages, first: list[str]) -> list[str]:
    """Pages that one would find by a link alone, if at all."""
    expected = [*pages.made, *(name for name in checkout.files if re.fullmatch(r"docs/[^/]+\.md", name))]
    return [
        f"{name}: the navigation has no place for it -> name it in tools/site/mkdocs.yml, under nav"
        for name in expected if name not in first
    ]


def other_forms(pages: Pages, folder: Path) -> Iterator[str]:
    """Pages of which the site makes something else than GitHub does: a list that is none, code that is read as text."""
    for name in sorted(pages.copies):
        expected = built.Page(f"<article>{PARSER.render(pages.checkout.markdown(name).text)}</article>").counts
        page = folder / name.replace("README.md", "index.md").replace(".md", ".html")
        found = built.Page(page.read_text(encoding="utf-8")).counts
        for tag in built.COUNTED:
            if found[tag] != expected[tag]:
                yield (
                    f"{name}: {expected[tag]} <{tag}> as GitHub shows it, {found[tag]} in the site"
                    " -> put an empty line before lists, tables and code"
                )


def tests_hold() -> bool:
    """Whether this folder's tests pass; what they say goes to stderr."""
    return subprocess.run([sys.executable, "-m", "unittest", "--quiet"], cwd=HERE).returncode == 0


def run(folder: Path) -> list[str]:
    """Builds into a new folder beside FOLDER and puts it in its place; says what does not hold."""
    checkout = Checkout(ROOT)
    found = checkout.broken_links()
    if found:
        return found
    if not tests_hold():
        return ["a test of tools/site fails (above)"]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="site-") as made:
        source, new = Path(made) / "pages", Path(made) / "site"
        # mkdocs.yml says what stands in the navigation; what else pages link is found by these links.
        source.mkdir()
        settings = {"docs_dir": str(source), "site_dir": str(new), "strict": True, "extra": EXTRA}
        first = list(navigation(load_config(str(HERE / "mkdocs.yml"), **settings).nav))
        pages = Pages(checkout, first)
        found = missing_places(checkout, pages, first)
        if found:
            return found
        pages.write(source)
        assets = source / "assets"
        shutil.copytree(HERE / "assets", assets)
        linked = sorted(set(pages.texts) - set(first) - set(pages.made))
        config = load_config(str(HERE / "mkdocs.yml"), not_in_nav="\n".join("/" + name for name in linked), **settings)
        config.plugins.on_startup(command="build", dirty=False)
        try:
            build(config)
        finally:
            config.plugins.on_shutdown()
        found = [*built.problems(new), *other_forms(pages, new)]
        if found:
            return found
        old = Path(made) / "old"
        if folder.exists():
            os.rename(folder, old)
        os.rename(new, folder)
    return []


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 64
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("site: %(levelname)s %(message)s"))
    logging.getLogger("mkdocs").addHandler(handler)
    logging.getLogger("mkdocs").setLevel(logging.WARNING)
    folder = Path(sys.argv[1]).resolve()
    try:
        found = run(folder)
    except (ValueError, MkDocsException, click.exceptions.Abort) as error:
        found = [str(error) or "MkDocs stopped; its words stand above"]
    for problem in found[:SHOWN]:
        print(f"site: {problem}", file=sys.stderr)
    if found:
        print(f"site: not built: {len(found)} {'problem' if len(found) == 1 else 'problems'}", file=sys.stderr)
        return 1
    pages = sum(1 for _ in folder.rglob("*.html"))
    print(f"site: {folder}/index.html, {pages} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
