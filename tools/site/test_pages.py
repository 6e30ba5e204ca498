import unittest
from pathlib import Path

import c_reference
from checkout import Checkout
from pages import Pages

ROOT = Path(__file__).resolve().parents[2]


class PageTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.pages = Pages(Checkout(ROOT), ["README.md", "docs/boxes.md", "docs/cluster.md", "docs/c.md", "examples/README.md"])

    def test_what_pages_link_is_there_too(self) -> None:
        self.assertIn("docs/quickstart.md", self.pages.texts)
        self.assertIn("docs/pictures/overlay.png", self.pages.pictures)
        self.assertIn("docs/reference/python.md", self.pages.texts)

    def test_a_file_becomes_a_page_with_its_text(self) -> None:
        self.assertIn("](../deploy/slurm.sbatch.md)", self.pages.texts["docs/cluster.md"])
        self.assertIn((ROOT / "deploy/slurm.sbatch").read_text().rstrip(), self.pages.texts["deploy/slurm.sbatch.md"])
        self.assertTrue(self.pages.texts["examples/score.py.md"].startswith("# examples/score.py\n\n```python\n"))

    def test_a_folder_becomes_a_page_with_its_files(self) -> None:
        self.assertIn("](swift-package.md)", self.pages.texts["examples/README.md"])
        self.assertIn("## Package.swift\n\n```swift\n// swift-tools-version", self.pages.texts["examples/swift-package.md"])

    def test_the_header_is_the_reference(self) -> None:
        self.assertIn("](reference/c.md)", self.pages.texts["docs/c.md"])
        self.assertNotIn(c_reference.HEADER + ".md", self.pages.texts)

    def test_blocks_have_titles_and_commands_their_pages(self) -> None:
        self.assertIn('```text title="ava.csv"', self.pages.texts["docs/boxes.md"])
        self.assertIn("| [`slowfast detect`](docs/commands/detect.md) |", self.pages.texts["README.md"])
        self.assertIn("[`slowfast detect`](commands/detect.md) scores boxes", self.pages.texts["docs/boxes.md"])
        self.assertIn("\nslowfast detect Tests/Fixtures/", self.pages.texts["docs/boxes.md"])
        self.assertIn("`slowfast-demo/`", self.pages.texts["docs/install.md"])


if __name__ == "__main__":
    unittest.main()
