"""What the site adds to MkDocs: pages from the root of the repository, links to them, folders in
the navigation, and diagrams that are drawn here: Mermaid would be fetched from another host.
"""

from __future__ import annotations

import re
from pathlib import Path
from posixpath import normpath, relpath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from state_diagram import drawn

ROOT = Path(__file__).parent.parent

PAGES = {
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "README.md": "index.md",
    "SECURITY.md": "project/security.md",
    **{
        f"examples/{name}/README.md": f"examples/{name}.md"
        for name in ("celery_task", "compose", "django_shop", "fastapi_sqlalchemy", "shop_tests")
    },
}
"""The page of the site that shows a file of the root."""

_LINK = re.compile(r"\]\((?![a-z]+:|#)(?P<path>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")
_DIAGRAM = re.compile(r"^```mermaid\n(?P<source>.*?)^```$", re.MULTILINE | re.DOTALL)


def on_config(config: MkDocsConfig) -> None:
    """Put the pages of a folder in the place of the folder's name in the navigation."""
    config.nav = _expanded(config.nav, Path(config.docs_dir))


def _expanded(entry: Any, docs: Path) -> Any:  # what YAML holds
    if isinstance(entry, list):
        return [_expanded(one, docs) for one in entry]
    if isinstance(entry, dict):
        return {title: _expanded(inner, docs) for title, inner in entry.items()}
    if not entry.endswith("/"):
        return entry
    pages = sorted((docs / entry).glob("*.md"), key=lambda page: (page.stem != "index", page.stem))
    return [page.relative_to(docs).as_posix() for page in pages]


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Add the pages whose text is a file of the root."""
    for source, page in PAGES.items():
        if files.get_file_from_path(page) is None:
            files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, **_: object) -> str:
    """The text of a page with its links as they are on the site, and its diagrams drawn."""
    shown = page.file.src_uri
    source = next((root for root, at in PAGES.items() if at == shown), None)
    if source is None or (Path(config.docs_dir) / shown).exists():
        source = f"docs/{shown}"
    linked = _LINK.sub(lambda link: _on_the_site(link, source, shown), markdown)
    return _DIAGRAM.sub(lambda diagram: drawn(diagram["source"]), linked)


def _on_the_site(link: re.Match[str], source: str, shown: str) -> str:
    """A link of a file of the repository, as a link of the page that shows it."""
    target = normpath(f"{source}/../{link['path']}")
    path = PAGES.get(target, target.removeprefix("docs/"))
    return f"]({relpath(path, f'{shown}/..')}{link['anchor'] or ''})"
