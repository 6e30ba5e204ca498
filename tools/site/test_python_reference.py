import unittest
from pathlib import Path

from python_reference import API, offered, page

SOURCE = (Path(__file__).resolve().parents[2] / API).read_text()


class PythonReferenceTests(unittest.TestCase):
    def test_every_name_of_the_package_is_on_the_page(self) -> None:
        text = page(SOURCE)
        names = [name for its in offered(SOURCE).values() for name in its]
        self.assertIn("evaluate", names)
        for name in names:
            self.assertIn(f"::: slowfast.{name}\n", text)
        self.assertLess(text.index("::: slowfast.evaluate\n"), text.index("::: slowfast.Evaluation\n"))

    def test_a_name_that_is_not_imported_is_an_error(self) -> None:
        with self.assertRaisesRegex(ValueError, r"__all__ has \['b'\]"):
            offered("from ._a import a\n__all__ = ['a', 'b']\n")


if __name__ == "__main__":
    unittest.main()
