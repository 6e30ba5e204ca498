import unittest

from markdown import markdown

from lists import PARSER, four_spaces


class ListTests(unittest.TestCase):
    def test_items_have_four_spaces(self) -> None:
        self.assertEqual(four_spaces("- a\n  b\n1. c\n   d\n"), "- a\n    b\n1. c\n    d\n")
        self.assertEqual(four_spaces("- a\n  - b\n    c\n\ntext\n"), "- a\n    - b\n        c\n\ntext\n")

    def test_text_without_lists_stays(self) -> None:
        text = "# a\n\n  b - c\n\n```\n- no\n  list\n```\n"
        self.assertEqual(four_spaces(text), text)

    def test_both_dialects_then_see_the_same(self) -> None:
        text = "- a:\n\n      code\n\n  more\n- b\n  1. c\n  2. d\n\n      e\n- f\n"
        for tag in ("<li>", "<pre>", "<ul>", "<ol>"):
            self.assertEqual(
                markdown(four_spaces(text), extensions=["sane_lists"]).count(tag), PARSER.render(text).count(tag), tag
            )


if __name__ == "__main__":
    unittest.main()
