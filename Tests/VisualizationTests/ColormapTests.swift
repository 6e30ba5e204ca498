import Testing
import Visualization

struct ColormapTests {
  @Test func grayIsItself() throws {
    let gray = try Colormap("gray")
    for value in [Float(0), 0.25, 1] { #expect(gray.color(of: value) == (value, value, value)) }
  }
}
