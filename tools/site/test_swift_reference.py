import re
import tempfile
import unittest
from pathlib import Path

from checkout import Checkout
from swift_reference import LEFT_OUT, SourceError, page, pages, products, public_lines, read_module

ROOT = Path(__file__).resolve().parents[2]

SOURCE = '''public import Other

/// Adds. See `Shape.area` and docs/engine.md.
///
/// - Parameters:
///   - a: The first,
///     of two.
///   - b: The second.
/// - Returns: Their sum < 3.
/// - Throws: `ShapeError`.
@inlinable public func add(_ a: Int = 3, b: [Int: String]) throws(ShapeError) -> Int { unsafe a + 1 }

/// A shape.
public struct Shape: Sendable {
  /// In cells,
  /// squared.
  public private(set) var area: Int = 5
  public static let table = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]
  public var side: Double { get throws { 1 } }
  var hidden = 3
  /// Not public, whatever it holds.
  struct Secret { func open() {} }
  public init(area: Int) { nonisolated(unsafe) let x = area; self.area = x }
  public subscript(i: Int) -> Int { get { i } set { } }
}

/// Why.
public enum ShapeError: Error {
  /// Not round.
  case round(Int), flat
  var internalName: String { "" }
}

public protocol Drawn {
  /// How wide.
  var width: Int { get }
  func draw()
}

extension Shape: Drawn {
  /// Its width.
  public var width: Int { 3 }
  public func draw() {}
}
extension Shape: Hidden where Int: Sendable {}
protocol Hidden {}
public extension Int { func twice() -> Int { self * 2 } }
'''


class SwiftReferenceTests(unittest.TestCase):
    def module(self, source: str = SOURCE):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "Sources" / "Group" / "Shapes"
        path.mkdir(parents=True)
        (path / "Shape.swift").write_text(source)
        return read_module(Path(folder.name), "Shapes")

    def test_what_is_public_is_read_and_nothing_else(self) -> None:
        module = self.module()
        self.assertEqual(list(module.types), ["Shape", "ShapeError", "Drawn", "Int"])
        self.assertEqual(
            [(one.kind, one.signature) for one in module.types["Shape"].members],
            [
                ("property", "private(set) var area: Int = 5"),
                ("property", "static let table = ..."),
                ("property", "var side: Double { get throws }"),
                ("initialiser", "init(area: Int)"),
                ("subscript", "subscript(i: Int) -> Int { get set }"),
                ("property", "var width: Int { get }"),
                ("function", "func draw()"),
            ],
        )
        self.assertEqual([one.signature for one in module.types["ShapeError"].members], ["case round(Int), flat"])
        self.assertEqual([one.signature for one in module.types["Drawn"].members], ["var width: Int { get }", "func draw()"])
        self.assertEqual([one.signature for one in module.types["Int"].members], ["func twice() -> Int"])
        self.assertEqual(module.types["Shape"].signature, "struct Shape: Sendable\nextension Shape: Drawn")
        self.assertEqual(module.others[0].signature, "func add(_ a: Int = 3, b: [Int: String]) throws(ShapeError) -> Int")

    def test_a_page_says_what_the_comments_say(self) -> None:
        module = self.module()
        known = {"Shape": "Shapes", "ShapeError": "Shapes"}
        text = page(module, ["Shapes"], "shapes", known)
        self.assertIn("Adds. See [`Shape.area`](#Shape) and [docs/engine.md](../../engine.md).\n", text)
        self.assertIn("`a`\n:   The first, of two.\n\n`b`\n:   The second.\n\nReturns\n:   Their sum &lt; 3.\n", text)
        self.assertIn("Throws\n:   [`ShapeError`](#ShapeError).\n", text)
        self.assertIn("struct Shape: Sendable {\n  /// In cells,\n  /// squared.\n  private(set) var area: Int = 5\n", text)
        self.assertIn("extension Shape: Drawn {}\n", text)
        self.assertNotIn("Secret", text)
        self.assertNotIn("hidden", text.lower())

    def test_a_public_line_that_is_not_understood_is_an_error(self) -> None:
        with self.assertRaisesRegex(SourceError, r"Shape\.swift: 1 declarations begin with public, 0 were understood"):
            self.module("public whatever x\n")
        with self.assertRaisesRegex(SourceError, r"Shape\.swift:2: 'public func f\(a"):
            self.module("\npublic func f(a: (Int) { }\nlet b = 3\n")

    def test_a_module_that_is_not_there_is_an_error(self) -> None:
        with self.assertRaisesRegex(SourceError, "there is no Sources/Nothing"):
            read_module(ROOT, "Nothing")

    def test_every_library_is_documented_or_left_out_by_name(self) -> None:
        offered = products((ROOT / "Package.swift").read_text())
        self.assertLessEqual(set(LEFT_OUT), set(offered))
        self.assertLessEqual({"AVAEval", "ClassificationEval", "RoIAlign"}, set(offered))

    def test_the_evaluators_roi_align_and_what_they_take_are_described_whole(self) -> None:
        offered = products((ROOT / "Package.swift").read_text())
        names = {*offered["AVAEval"], *offered["ClassificationEval"], *offered["RoIAlign"]} - {"Kernels"}
        bare = [
            f"{name}: {one.name}: {one.signature}"
            for name in sorted(names) for one in read_module(ROOT, name).documented() if not one.comment and one.kind != "extension"
        ]
        self.assertEqual(bare, [], "public without a doc comment")

    def test_every_public_name_of_the_sources_is_on_its_page(self) -> None:
        found = dict(pages(Checkout(ROOT)))
        for module in ("AVAEval", "RoIAlign", "Statistics", "Geometry"):
            text = found[f"docs/reference/swift/{module}.md"]
            folder = next(path for path in (*ROOT.glob(f"Sources/*/{module}"), ROOT / "Sources" / module) if path.is_dir())
            for path in folder.rglob("*.swift"):
                for line in public_lines(path.read_text()):
                    name = re.search(r"\b(?:func|var|let|struct|class|enum|protocol|typealias)\s+([\w`]+|\S+?)(?=[\s(:<]|$)", line)
                    if name:
                        self.assertIn(name[1], text, f"{path.name}: {line}")


if __name__ == "__main__":
    unittest.main()
