import tempfile
import unittest
from pathlib import Path

from checkout import Checkout, Markdown, slug


class CheckoutTests(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        (self.root / "docs").mkdir()

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text)

    def test_headings_become_githubs_anchors(self) -> None:
        text = "# A `b` C\n\n## One's own: 8-bit (int8)\n\n## Same\n\n## Same\n\n```\n# no heading\n```\n"
        self.assertEqual(list(Markdown(text).headings()), ["a-b-c", "ones-own-8-bit-int8", "same", "same-1"])
        self.assertEqual(slug("snake_case -- Ünder"), "snake_case----ünder")

    def test_links_have_their_lines_and_code_has_none(self) -> None:
        text = "# T\n\nA [one](a.md) and\n[two](b.md#x), `[no](c.md)`.\n\n| t |\n|---|\n| ![three](d.png) |\n\n    [no](e.md)\n"
        found = [(link.line, link.target, link.is_image) for link in Markdown(text).links()]
        self.assertEqual(found, [(3, "a.md", False), (4, "b.md#x", False), (8, "d.png", True)])

    def test_what_is_there_is_no_problem(self) -> None:
        self.write("README.md", "# T\n\n[a](docs/a.md#two-words) [b](docs) [c](https://example.org/x) [d](#t)\n")
        self.write("docs/a.md", "# A\n\n## Two words\n\n[up](../README.md) ![p](p.png)\n")
        self.write("docs/p.png", "")
        self.assertEqual(Checkout(self.root).broken_links(), [])

    def test_a_broken_link_is_named_with_its_place_and_what_is_near(self) -> None:
        self.write("README.md", "# T\n\n[a](docs/b.md)\n\n[b](docs/engine.md#algorithm)\n\n[c](LICENSE#x) [d](engine.md)\n")
        self.write("docs/engine.md", "# Engine\n\n## Algorithms\n")
        self.write("LICENSE", "")
        self.assertEqual(
            Checkout(self.root).broken_links(),
            [
                "README.md:3: the link 'docs/b.md': there is no 'docs/b.md' -> near: 'docs/engine.md'",
                "README.md:5: the link 'docs/engine.md#algorithm': 'docs/engine.md' has no heading '#algorithm' -> near: '#algorithms'",
                "README.md:7: the link 'LICENSE#x': 'LICENSE' is no page and has no headings -> leave '#x' out",
                "README.md:7: the link 'engine.md': there is no 'engine.md' -> near: 'docs/engine.md'",
            ],
        )

    def test_a_link_out_of_the_checkout_is_broken(self) -> None:
        self.write("README.md", "# T\n\n[a](../x.md)\n")
        self.assertIn("there is no '../x.md'", Checkout(self.root).broken_links()[0])


if __name__ == "__main__":
    unittest.main()
