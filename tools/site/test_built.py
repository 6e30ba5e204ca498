import tempfile
import unittest
from pathlib import Path

from built import POLICY, problems

HEAD = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'


class BuiltTests(unittest.TestCase):
    def problems(self, **files: str) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = Path(folder) / name.replace("__", "/").replace("_", ".")
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
            return list(problems(Path(folder)))

    def test_a_site_that_holds(self) -> None:
        page = HEAD + '<a href="docs/b.html#x">b</a><a href="https://example.org">e</a><img src="p.png"><a href="#t" id="t">t</a>'
        other = HEAD + '<h1 id="x">x</h1><a href="../index.html">i</a><link rel="stylesheet" href="../s.css">'
        self.assertEqual(
            self.problems(index_html=page, docs__b_html=other, p_png="", s_css="a { background: url(p.png) url(data:x) }"), []
        )

    def test_broken_links_are_named_with_what_is_near(self) -> None:
        page = HEAD + '\n<a href="docs/c.html">c</a>\n<a href="docs/b.html#algorithm">b</a><img src="q.png">'
        found = self.problems(index_html=page, docs__b_html=HEAD + '<h1 id="algorithms">x</h1>')
        self.assertEqual(
            found,
            [
                "index.html:2: the link 'docs/c.html': there is no 'docs/c.html' -> near: 'docs/b.html', 'index.html'",
                "index.html:3: the link 'docs/b.html#algorithm': 'docs/b.html' has no '#algorithm' -> near: '#algorithms'",
                "index.html:3: the link 'q.png': there is no 'q.png' -> nothing is near",
            ],
        )

    def test_nothing_is_loaded_from_elsewhere(self) -> None:
        for piece in (
            '<script src="https://example.org/a.js"></script>', '<link rel="stylesheet" href="//example.org/a.css">',
            '<link rel="preconnect" href="https://example.org">', '<img srcset="https://example.org/a.png 2x">',
            '<style>@import "https://example.org/a.css";</style>', '<p style="background: url(\'https://example.org/a.png\')">',
            '<iframe src="https://example.org"></iframe>', '<video poster="https://example.org/a.png"></video>',
        ):
            self.assertRegex("\n".join(self.problems(index_html=HEAD + piece)), "is loaded from elsewhere", piece)
        self.assertIn("is loaded from elsewhere", self.problems(index_html=HEAD, a_css="@font-face { src: url(https://example.org/f) }")[0])

    def test_every_page_has_the_policy(self) -> None:
        self.assertIn("the content security policy is []", self.problems(index_html="<p>")[0])


if __name__ == "__main__":
    unittest.main()
