public import AVAEval
public import ArgumentParser
internal import Geometry

extension BoxForm: ExpressibleByArgument {}

extension ClassNumbering: ExpressibleByArgument {}

/// A frame's size as the command line has it: "640x480".
struct PictureSize: ExpressibleByArgument {
  let size: ImageSize

  init?(argument: String) {
    let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let width = parts[0], let height = parts[1], (1...100_000).contains(width),
      (1...100_000).contains(height)
    else { return nil }
    size = ImageSize(width: width, height: height)
  }
}
