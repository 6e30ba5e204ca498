import Testing
import Visualization

struct ColormapTests {
  private func bytes(_ name: String, _ value: Float) throws -> [Int] {
    let color = try Colormap(name).color(of: value)
    return [color.red, color.green, color.blue].map { Int(($0 * 255).rounded()) }
  }

  /// Beside matplotlib's own.
  @Test(arguments: [
    ("viridis", Float(0), [68, 1, 84]), ("viridis", 0.5, [33, 145, 140]), ("viridis", 1, [253, 231, 37]),
    ("plasma", 0.5, [204, 71, 120]), ("inferno", 0.25, [87, 16, 110]), ("magma", 0.75, [252, 137, 97]),
    ("jet", 0, [0, 0, 128]), ("jet", 0.5, [123, 255, 123]), ("jet", 1, [128, 0, 0]), ("hot", 0.365079, [255, 0, 0]),
    ("hot", 1, [255, 255, 255]), ("gray", 0.2, [51, 51, 51]),
  ])
  func isMatplotlibs(_ name: String, _ value: Float, _ expected: [Int]) throws {
    let found = try bytes(name, value)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 2 }, "\(found)")
  }

  @Test(arguments: Colormap.names) func endsStayAtTheEnds(_ name: String) throws {
    #expect(try bytes(name, -3) == bytes(name, 0) && bytes(name, 7) == bytes(name, 1))
    #expect(try bytes(name, .nan) == bytes(name, 0))
  }

  @Test func unknownNamesGetTheNearest() {
    #expect(throws: ColormapError(name: "Virdis")) { try Colormap("Virdis") }
    let words = "drawing heat maps: the colour map must be viridis, plasma, inferno, magma, jet, hot or gray, found "
    #expect("\(ColormapError(name: "Virdis"))" == words + "'Virdis' -> did you mean 'viridis'?")
    #expect("\(ColormapError(name: "rainbow"))" == words + "'rainbow' -> give one of these")
  }
}
