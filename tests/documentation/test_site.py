"""The documentation site: it builds strictly, loads nothing from elsewhere, and no link is dead."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

ROOT = Path(__file__).parents[2]
NAVIGATION = {"canonical", "next", "prev"}
"""The relations of a link that a browser does not load."""


class Parsed(HTMLParser):
    """What a page loads, where it leads, and the places in it that a link can lead to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.loads: set[str] = set()
        self.links: set[str] = set()
        self.ids: set[str] = set()
        self.classes: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids |= {values[name] for name in ("id", "name") if name in values}
        self.classes |= set(values.get("class", "").split())
        self.loads |= {values[name] for name in ("src", "poster", "data") if name in values}
        self.loads |= set(re.findall(r"\S+(?= [\d.]+[wx]|$)", values.get("srcset", "")))
        self.loads |= set(re.findall(r"url\(['\"]?([^'\")]+)", values.get("style", "")))
        if tag in ("a", "area"):
            self.links |= {values["href"]} if "href" in values else set()
        elif tag in ("link", "use", "image") and values.get("rel") not in NAVIGATION:
            self.loads |= {values[name] for name in ("href", "xlink:href") if name in values}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("NO_MKDOCS_2_WARNING", "1")
        build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder)))
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Parsed]:
    return {page: Parsed(page) for page in site.rglob("*.html")}


def test_every_page_of_the_repository_is_on_the_site(site: Path) -> None:
    docs = ROOT / "docs"
    sources = {page.relative_to(docs).with_suffix(".html") for page in docs.rglob("*.md")}
    built = {page.relative_to(site) for page in site.rglob("*.html")}
    project = {Path(f"project/{name}.html") for name in ("changelog", "contributing", "security")}
    examples = {
        Path(f"examples/{page.parent.name}.html") for page in ROOT.glob("examples/*/README.md")
    }
    assert built - {Path("404.html")} == sources | project | examples


def test_no_page_loads_anything_from_another_host(site: Path, pages: dict[Path, Parsed]) -> None:
    elsewhere = {
        (page.name, url)
        for page, parsed in pages.items()
        for url in parsed.loads
        if urlsplit(url).netloc or urlsplit(url).scheme not in ("", "data")
    }
    styles = r"""(?:url\(|@import )\s*['"]?((?:https?:)?//[^'")]+)"""
    elsewhere |= {
        (sheet.name, url)
        for sheet in site.rglob("*.css")
        for url in re.findall(styles, sheet.read_text(encoding="utf-8"))
    }
    assert elsewhere == set()


def test_no_page_has_a_diagram_that_mermaid_would_be_fetched_for(
    pages: dict[Path, Parsed],
) -> None:
    drawn = {page.stem for page, parsed in pages.items() if "diagram" in parsed.classes}
    assert {"architecture", "a-lifecycle-of-your-own"} <= drawn
    assert not [page for page, parsed in pages.items() if "mermaid" in parsed.classes]


def test_every_link_within_the_site_leads_somewhere(site: Path, pages: dict[Path, Parsed]) -> None:
    dead: set[tuple[str, str]] = set()
    for page, parsed in pages.items():
        for link in parsed.links | parsed.loads:
            url = urlsplit(link)
            if url.scheme or url.netloc:
                continue
            # The page of an unknown address is shown at any depth: its links begin at the root.
            start = site if url.path.startswith("/") else page.parent
            target = (start / unquote(url.path).lstrip("/")).resolve() if url.path else page
            if target.is_dir():
                target /= "index.html"
            ids = pages[target].ids if target in pages else None
            missing = bool(ids is not None and url.fragment and unquote(url.fragment) not in ids)
            if not target.is_file() or missing:
                dead.add((page.name, link))
    assert dead == set()


def test_the_search_needs_no_server(site: Path) -> None:
    index = (site / "search" / "search_index.js").read_text(encoding="utf-8")
    assert index.startswith("var __index = ")
    assert '"location":"glossary.html' in index
