internal import Imaging

/// What numbers the pixels of an image become.
struct PixelConvention: Hashable, Sendable {
  /// In which order the network takes the channels.
  var order: ChannelOrder
  /// What the 8-bit values are divided by first.
  var divisor: Float
  /// Of each channel, in that order.
  var mean: [Float]
  var std: [Float]

  init(order: ChannelOrder, divisor: Float = 1, mean: [Float], std: [Float] = [1, 1, 1]) {
    precondition(mean.count == 3 && std.count == 3, "three channels have three means and deviations")
    self.order = order
    self.divisor = divisor
    self.mean = mean
    self.std = std
  }

  /// (pixel / divisor - mean) / std in float32, in the network's order of channels.
  func numbers(of image: Image) -> FloatImage {
    let levels = (0..<3).flatMap { c in (0...255).map { (Float($0) / divisor - mean[c]) / std[c] } }
    let isReversed = image.order != order
    let pixels = [Float](unsafeUninitializedCapacity: image.pixels.count) { output, count in
      for pixel in stride(from: 0, to: image.pixels.count, by: 3) {
        for c in 0..<3 {
          output[pixel + c] = levels[c << 8 + Int(image.pixels[pixel + (isReversed ? 2 - c : c)])]
        }
      }
      count = image.pixels.count
    }
    return FloatImage(size: image.size, order: order, pixels: pixels)
  }
}
