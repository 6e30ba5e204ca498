import Files
import Imaging
import TestSupport
import Video

let videoFolder = projectRoot + "/Tests/Fixtures/Video"

func fixture(_ name: String) -> String { videoFolder + "/" + name }

/// Runs `body`, which must throw, and returns the error's text.
func errorText(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch {
    return "\(error)"
  }
}

/// The mean blue, green and red of a small square around a point given in fractions of the picture.
func colour(_ image: Image, _ x: Double, _ y: Double) -> [Int] {
  let (column, row) = (Int(x * Double(image.width)), Int(y * Double(image.height)))
  return (0..<3).map { channel in
    var sum = 0
    for dy in -1...1 {
      for dx in -1...1 { sum += Int(image.pixels[((row + dy) * image.width + column + dx) * 3 + channel]) }
    }
    return sum / 9
  }
}

/// The number that a fixture's frame shows in its eight cells.
func shownNumber(_ image: Image) -> Int {
  (0..<8).reduce(0) { number, cell in
    number * 2 + (colour(image, (Double(cell) + 0.5) / 8, 1.0 / 6)[1] > 128 ? 1 : 0)
  }
}

/// Which of the four corner colours stands at a point.
func name(of colour: [Int]) -> String {
  switch (colour[0] > 128, colour[1] > 128, colour[2] > 128) {
  case (false, false, true): "red"
  case (false, true, false): "green"
  case (true, false, false): "blue"
  case (true, true, true): "white"
  default: "\(colour)"
  }
}

func checksum(_ image: Image) -> UInt64 {
  image.pixels.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}

/// Writes bytes into a new file.
func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
  let file = try AtomicFile(path: path)
  try file.write(bytes)
  try file.commit(isOnDisk: false)
}
