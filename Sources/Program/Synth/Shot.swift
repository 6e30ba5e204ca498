internal import Geometry
internal import Tensors

/// One video of a data set: its world, and how it is filmed.
struct Shot {
  let name: String
  /// Its place in the list of videos.
  let index: Int
  let world: World
  /// Of the numbered images.
  let size: ImageSize
  /// Of the video file, both sides even.
  let videoSize: ImageSize
  /// Of the video file.
  let framesPerSecond: Double
  /// How many images the video file has: those whose time is before the end.
  let videoFrames: Int
  let detectorSeed: UInt64

  private static let aspects = [4.0 / 3, 16.0 / 9, 3.0 / 2, 1, 3.0 / 4, 9.0 / 16]
  private static let rates = [24, 25, 30, 50, 30000.0 / 1001, 60000.0 / 1001]

  /// - Parameters:
  ///   - size: Nil for one that the seed chooses: upright and wide ones, 192 to 288 pixels at the short side.
  ///   - activity: What the only person does; nil for several people.
  init(name: String, index: Int, seed: UInt64, seconds: Int, size: ImageSize?, showing activity: Activity? = nil) {
    self.name = name
    self.index = index
    var generator = SeededGenerator(seed: seed)
    let worldSeed = generator.next()
    detectorSeed = generator.next()
    let short = 192 + 16 * generator.below(7)
    let aspect = generator.pick(Shot.aspects)
    let enlargement = generator.pick([1, 1.25, 1.5])
    framesPerSecond = generator.pick(Shot.rates)
    videoFrames = Int((Double(seconds) * framesPerSecond).rounded(.down))
    func long(_ ratio: Double) -> Int { Int((Double(short) * ratio / 2).rounded()) * 2 }
    let varied =
      aspect >= 1
      ? ImageSize(width: long(aspect), height: short) : ImageSize(width: short, height: long(1 / aspect))
    self.size = size ?? varied
    func even(_ side: Int, _ factor: Double) -> Int { max(2, Int((Double(side) * factor / 2).rounded()) * 2) }
    let factor = size == nil ? enlargement : 1
    videoSize = ImageSize(width: even(self.size.width, factor), height: even(self.size.height, factor))
    world = World(
      seed: worldSeed, aspect: Double(self.size.width) / Double(self.size.height), seconds: Double(seconds),
      showing: activity)
  }

  /// The name of a numbered image; the first one has the number 1.
  func fileName(_ frame: Int) -> String { "\(name)_\(padded(frame + 1, 6)).jpg" }
}
