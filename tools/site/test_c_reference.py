import re
import unittest
from pathlib import Path

from c_reference import HEADER, HeaderError, page, read

SOURCE = (Path(__file__).resolve().parents[2] / HEADER).read_bytes()

SMALL = b"""/* A header. */
#ifndef H
#define H
#ifdef __cplusplus
extern "C" {
#endif

#define H_VERSION 3

/* Adds. See h_rows.
 *
 * a: the first of
 *   two.
 * b: the second, [n, 4]. */
int h_add(int a,
          const int *b);

/* Rows. */
typedef struct h_rows {
  /* How many. */
  int count;
} h_rows;

int h_lonely(void);
#ifdef __cplusplus
}
#endif
#endif
"""


class CReferenceTests(unittest.TestCase):
    def test_a_header_is_read(self) -> None:
        introduction, found = read(SMALL)
        self.assertEqual(introduction, "A header.")
        self.assertEqual(
            [(one.kind, one.name, one.comment.split("\n")[0]) for one in found],
            [("constant", "H_VERSION", ""), ("function", "h_add", "Adds. See h_rows."), ("structure", "h_rows", "Rows."),
             ("function", "h_lonely", "")],
        )

    def test_a_page_has_signature_words_and_links(self) -> None:
        text = page(SMALL)
        self.assertIn("```c\nint h_add(int a, const int *b);\n```\n\nAdds. See [`h_rows`](#h_rows).", text)
        self.assertIn("`a`\n:   the first of two.\n\n`b`\n:   the second, `[n, 4]`.\n", text)
        self.assertIn("  /* How many. */\n  int count;", text)

    def test_what_is_no_c_is_named(self) -> None:
        with self.assertRaisesRegex(HeaderError, r"slowfast\.h:1: reading .int \(. *, expected C"):
            read(b"int (;\n")

    def test_the_header_has_all_its_declarations_on_the_page_and_a_comment_for_each(self) -> None:
        _, found = read(SOURCE)
        names = {one.name for one in found}
        text = SOURCE.decode()
        code = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        self.assertEqual(set(re.findall(r"\b(slowfast_[a-z_]+)\(", code)), {one.name for one in found if one.kind == "function"})
        self.assertLessEqual(set(re.findall(r"^\} (slowfast_[a-z_]+);", code, flags=re.M)), names)
        self.assertLessEqual(set(re.findall(r"^#define (SLOWFAST_\w+) ", code, flags=re.M)), names)
        self.assertEqual([one.name for one in found if not one.comment], [])


if __name__ == "__main__":
    unittest.main()
