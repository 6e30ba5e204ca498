"""What holds of the built site: every link and anchor leads somewhere, and nothing is loaded from elsewhere."""
from __future__ import annotations

import collections
import posixpath
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Iterator
from urllib.parse import unquote

from checkout import near, near_path

# What a browser may load: what lies beside the page, from a server or from a folder.
POLICY = (
    "default-src 'self' file:; script-src 'self' file: blob: 'unsafe-inline'; style-src 'self' file: 'unsafe-inline'; "
    "img-src 'self' file: data:; worker-src 'self' file: blob:; connect-src 'self' file:; object-src 'none'; base-uri 'none'"
)
LOADED = {
    ("script", "src"), ("img", "src"), ("img", "srcset"), ("source", "src"), ("source", "srcset"), ("video", "src"), ("video", "poster"),
    ("audio", "src"), ("iframe", "src"), ("embed", "src"), ("object", "data"), ("track", "src"), ("input", "src"), ("form", "action"),
    ("use", "href"), ("image", "href"),
}
COUNTED = ("h1", "h2", "h3", "h4", "table", "tr", "li", "pre")


class Page(HTMLParser):
    """A page's anchors, links and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[tuple[int, str]] = []
        self.loaded: list[tuple[int, str]] = []
        self.policies: list[str] = []
        self.counts: collections.Counter[str] = collections.Counter()
        self._style = self._article = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        line = self.getpos()[0]
        self.ids |= {values[name] for name in ("id", "name") if values.get(name)}
        self._style = tag == "style"
        self._article = self._article or tag == "article"
        if self._article and tag in COUNTED:
            self.counts[tag] += 1
        if tag == "meta" and values.get("http-equiv", "").lower() == "content-security-policy":
            self.policies.append(values.get("content", ""))
        if tag in ("a", "area") and "href" in values:
            self.links.append((line, values["href"]))
        if tag == "link" and values.get("rel") not in ("canonical", "prev", "next", "alternate"):
            self.loaded.append((line, values.get("href", "")))
        for name, value in values.items():
            if (tag, name) in LOADED:
                parts = [part.split()[0] for part in value.split(",") if part.strip()] if name == "srcset" else [value]
                self.loaded += [(line, part) for part in parts]
            if name == "style":
                self.loaded += [(line, url) for url in style_urls(value)]

    def handle_endtag(self, tag: str) -> None:
        self._article = self._article and tag != "article"

    def handle_data(self, data: str) -> None:
        if self._style:
            self.loaded += [(self.getpos()[0], url) for url in style_urls(data)]


def style_urls(text: str) -> list[str]:
    found = re.findall(r"url\(\s*['\"]?([^'\")]+)", text) + re.findall(r"@import\s+['\"]([^'\"]+)", text)
    return [url for url in found if not url.startswith(("data:", "#"))]


def is_elsewhere(url: str) -> bool:
    return bool(re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//", url)) and not url.startswith(("data:", "blob:"))


def problems(folder: Path) -> Iterator[str]:
    """Everything that does not hold."""
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    pages = {name: Page((folder / name).read_text(encoding="utf-8")) for name in files if name.endswith(".html")}
    if not pages:
        yield f"{folder.name}: there are no pages"
    for name, page in pages.items():
        if page.policies != [POLICY]:
            yield f"{name}: the content security policy is {page.policies}, expected '{POLICY}' -> see theme/main.html"
        for line, url in page.loaded:
            if is_elsewhere(url):
                yield f"{name}:{line}: '{url}' is loaded from elsewhere -> put it beside the page"
        for line, url in page.links + page.loaded:
            if not is_elsewhere(url) and not url.startswith(("data:", "blob:")):
                yield from _broken(name, line, url, files, pages)
    for name in files:
        if name.endswith(".css"):
            for url in style_urls((folder / name).read_text(encoding="utf-8")):
                if is_elsewhere(url):
                    yield f"{name}: '{url}' is loaded from elsewhere -> put it beside the page"
                elif posixpath.normpath(posixpath.join(posixpath.dirname(name), url.split("?")[0].split("#")[0])) not in files:
                    yield f"{name}: there is no '{url}'"


def _broken(name: str, line: int, url: str, files: list[str], pages: dict[str, Page]) -> Iterator[str]:
    path, _, anchor = url.partition("#")
    path = unquote(path.partition("?")[0])
    target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
    place = f"{name}:{line}: the link '{url}'"
    # The page for what is not there knows its places from the root.
    if path.startswith("/"):
        target = path.lstrip("/") or "index.html"
    if target in (".", "") or target + "/index.html" in files:
        target = posixpath.normpath(posixpath.join(target, "index.html"))
    if target not in files:
        yield f"{place}: there is no '{target}'{near_path(target, files)}"
    elif anchor and target in pages and unquote(anchor) not in pages[target].ids:
        yield f"{place}: '{target}' has no '#{anchor}'{near(unquote(anchor), sorted(pages[target].ids), '#')}"
