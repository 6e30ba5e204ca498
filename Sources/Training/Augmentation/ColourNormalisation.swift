public import Imaging

/// Subtracts a mean and divides by a standard deviation, channel by channel (`DATA.MEAN`, `DATA.STD`). No draw.
public struct ColourNormalisation: FloatAugmentation {
  /// Of each channel, in the order in which the clip has them then.
  public var mean: [Float]
  public var std: [Float]

  /// - Parameters:
  ///   - mean: Three numbers.
  ///   - std: Three numbers, none of them 0.
  public init(mean: [Float], std: [Float]) {
    precondition(mean.count == 3 && std.count == 3 && !std.contains(0), "channels are three")
    self.mean = mean
    self.std = std
  }

  public func apply(to clip: inout Clip<FloatImage>, _ draws: inout some Draws) {
    for index in clip.frames.indices {
      clip.frames[index].pixels.withUnsafeMutableBufferPointer { pixels in
        for start in stride(from: 0, to: pixels.count, by: 3) {
          for channel in 0..<3 { pixels[start + channel] = (pixels[start + channel] - mean[channel]) / std[channel] }
        }
      }
    }
  }
}
