public import Imaging

/// With a probability, what changes from each frame to the next in place of the frames (`DATA.TIME_DIFF_PROB`): grey levels
/// less those of the next frame, halved, 127.5 being no change; the last frame is the one before it. One draw.
///
/// Source: PySlowFast's augment_raw_frames. Its grey weighs the channels as if blue came first, and videos come with red
/// first there. It keeps halves; here levels are bytes, and halves are rounded to even ones.
public struct TemporalDifference: ByteAugmentation {
  public var probability: Double

  public init(probability: Double) { self.probability = probability }

  public func apply(to clip: inout Clip<Image>, _ draws: inout some Draws) {
    if draws.uniform() >= probability { return }
    let levels = clip.frames.map(\.levels)
    for index in clip.frames.indices {
      // A clip of one frame has no changes.
      let first = min(index, max(0, levels.count - 2))
      let (from, to) = (levels[first], levels[min(first + 1, levels.count - 1)])
      for place in from.indices {
        let level = UInt8(((from[place] - to[place] + 255) / 2).rounded(.toNearestOrEven))
        for channel in 0..<3 { clip.frames[index].pixels[place * 3 + channel] = level }
      }
    }
  }
}

extension Image {
  /// The grey of every pixel, 0 to 255: 0.114 of the first channel, 0.587 of the second, 0.299 of the third.
  fileprivate var levels: [Float] {
    (0..<width * height).map { place -> Float in
      let (first, second, third) = (pixels[place * 3], pixels[place * 3 + 1], pixels[place * 3 + 2])
      let ends: Float = 0.114 * Float(first) + 0.299 * Float(third)
      return ends + 0.587 * Float(second)
    }
  }
}
