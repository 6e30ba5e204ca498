import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from build import missing_places, navigation, other_forms, run
from checkout import Markdown


class BuildTests(unittest.TestCase):
    def test_a_broken_link_is_said_before_a_test_stumbles_over_it(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "README.md").write_text("# A\n\n![b](b.png)\n")
            with mock.patch("build.ROOT", Path(folder)), mock.patch("build.tests_hold", side_effect=AssertionError):
                found = run(Path(folder) / "site")
        self.assertEqual(found, ["README.md:3: the link 'b.png': there is no 'b.png' -> nothing is near"])

    def test_the_navigation_names_pages(self) -> None:
        self.assertEqual(list(navigation([{"A": ["a.md", {"B": "b.md"}]}, "c.md"])), ["a.md", "b.md", "c.md"])

    def test_every_page_has_a_place(self) -> None:
        checkout = SimpleNamespace(files=["README.md", "docs/a.md", "docs/b.md", "docs/pictures/a.png"])
        pages = SimpleNamespace(made={"docs/commands/x.md": ""})
        self.assertEqual(missing_places(checkout, pages, ["docs/a.md", "docs/b.md", "docs/commands/x.md"]), [])
        self.assertEqual(
            missing_places(checkout, pages, ["docs/a.md"]),
            [
                f"{name}: the navigation has no place for it -> name it in tools/site/mkdocs.yml, under nav"
                for name in ("docs/commands/x.md", "docs/b.md")
            ],
        )

    def test_what_the_site_shows_in_another_form_is_named(self) -> None:
        pages = SimpleNamespace(
            copies={"README.md", "docs/a.md"}, checkout=SimpleNamespace(markdown=lambda name: Markdown("# A\n\ntext\n- b\n- c\n"))
        )
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "docs").mkdir()
            (Path(folder) / "index.html").write_text("<article><h1>A</h1><ul><li>b<li>c</ul></article>")
            (Path(folder) / "docs/a.html").write_text("<article><h1>A</h1><p>text - b - c</article>")
            found = list(other_forms(pages, Path(folder)))
        self.assertEqual(len(found), 1)
        self.assertIn("docs/a.md: 2 <li> as GitHub shows it, 0 in the site", found[0])


if __name__ == "__main__":
    unittest.main()
