public import AVAEval
public import ArgumentParser
internal import Geometry

extension BoxForm: ExpressibleByArgument {}

extension ClassNumbering: ExpressibleByArgument {}

/// A size as every option takes it, the width first: "640x360".
struct SizeArgument: CustomStringConvertible {
  let size: ImageSize

  init(width: Int, height: Int) { size = ImageSize(width: width, height: height) }

  init(argument: String) throws {
    let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let width = parts[0], let height = parts[1], (1...100_000).contains(width),
      (1...100_000).contains(height)
    else { throw ValidationError("expected width x height in pixels -> write 640x360") }
    self.init(width: width, height: height)
  }

  var description: String { "\(size.width)x\(size.height)" }

  /// Says which side is which where the image would be an upright one: most are not.
  func hint(_ option: String) -> String? {
    size.height <= size.width
      ? nil
      : "\(option) \(self) is a picture \(size.width) wide and \(size.height) high: the width comes first "
        + "-> \(option) \(size.height)x\(size.width) if you meant \(size.height) wide"
  }
}
