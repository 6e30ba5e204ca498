import unittest

from checkout import Checkout
from commands import Entry, HelpError, page, page_name, pages, parse, prose
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

TEXT = """OVERVIEW: Scores things, of
which there are many.

Read docs/engine.md.

USAGE: slowfast score FILE
       slowfast score --all

ARGUMENTS:
  <file>                  The file.

OPTIONS:
  --short <n>             One line (default: 3).
  --a-long-option <of-many-words>
                          Two lines that
                          go on.
  -h, --help              Show help information.

SUBCOMMANDS:
  one (default)           The first.

  See 'slowfast help score <subcommand>' for detailed help.
"""


class CommandTests(unittest.TestCase):
    def test_a_help_text_is_read(self) -> None:
        help = parse("slowfast score", TEXT)
        self.assertEqual(help.overview, ["Scores things, of which there are many.", "Read docs/engine.md."])
        self.assertEqual(help.usage, ["slowfast score FILE", "slowfast score --all"])
        self.assertEqual(
            help.section("OPTIONS"),
            [
                Entry("--short <n>", "One line (default: 3)."),
                Entry("--a-long-option <of-many-words>", "Two lines that go on."),
                Entry("-h, --help", "Show help information."),
            ],
        )
        self.assertEqual(help.section("SUBCOMMANDS"), [Entry("one (default)", "The first.")])

    def test_another_form_is_an_error(self) -> None:
        with self.assertRaisesRegex(HelpError, "found 'hello', expected OVERVIEW"):
            parse("slowfast score", "hello\n")
        with self.assertRaisesRegex(HelpError, "found ' --x'"):
            parse("slowfast score", "OVERVIEW: A.\n\nUSAGE: a\n\nOPTIONS:\n --x\n")

    def test_words_of_the_program_are_code_and_links(self) -> None:
        commands = {"slowfast test", "slowfast bench clip"}
        self.assertEqual(
            prose("As 'slowfast test --run DIR' <b> with --all, AVA.BGR and a_b.csv; see docs/boxes.md.", commands),
            "As [`slowfast test --run DIR`](test.md) &lt;b&gt; with `--all`, `AVA.BGR` and `a_b.csv`; see [docs/boxes.md](../boxes.md).",
        )
        self.assertEqual(prose("'slowfast gone' [x] AVA's CSV", commands), "`slowfast gone` \\[x\\] AVA's CSV")

    def test_every_option_of_every_command_has_its_place(self) -> None:
        found = dict(pages(Checkout(ROOT)))
        for name in sorted((ROOT / "Tests/Fixtures/Program/help").glob("*.txt")):
            help = parse(name.stem.replace("-", " "), name.read_text())
            text = found[page_name(help.command)]
            for line in name.read_text().split("\n"):
                if line.startswith("  --"):
                    self.assertIn(f'<a id="{line.split()[0].removeprefix("--")}" ', text, f"{name.name}: {line}")
        self.assertIn("(detect.md)", found["docs/commands/index.md"])

    def test_a_page(self) -> None:
        text = page(parse("slowfast score", TEXT), set(), [("docs/engine.md#int8", "The engine: int8")])
        self.assertIn("# slowfast score\n\nScores things, of which there are many.\n", text)
        self.assertIn("Guide: [The engine: int8](../engine.md#int8).", text)
        self.assertIn('<a id="help" href="#help"><code>-h, --help</code></a>\n:   Show help information.', text)


if __name__ == "__main__":
    unittest.main()
