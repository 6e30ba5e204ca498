public import Imaging

/// Adds to all pixels of a clip a random multiple of the principal components of natural pictures' colours.
///
/// Three draws a clip: alpha_j is normally distributed, and colour i of red, green, blue grows by the sum over j of
/// vector_ij x alpha_j x value_j.
///
/// Source: Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", 2012,
/// section 4.1.
public struct PCALighting: FloatAugmentation {
  /// The standard deviation of alpha; 0 leaves the clip alone, without a draw.
  public var deviation: Double
  /// `DATA.TRAIN_PCA_EIGVAL`.
  public var values: [Double]
  /// Rows are red, green and blue (`DATA.TRAIN_PCA_EIGVEC`).
  public var vectors: [[Double]]

  /// - Parameters:
  ///   - values: Three.
  ///   - vectors: Three rows of three.
  public init(
    deviation: Double = 0.1, values: [Double] = [0.225, 0.224, 0.229],
    vectors: [[Double]] = [[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.8140], [-0.5836, -0.6948, 0.4203]]
  ) {
    precondition(values.count == 3 && vectors.count == 3 && vectors.allSatisfy { $0.count == 3 }, "colours are three")
    self.deviation = deviation
    self.values = values
    self.vectors = vectors
  }

  public func apply(to clip: inout Clip<FloatImage>, _ draws: inout some Draws) {
    if deviation == 0 { return }
    let alpha = (0..<3).map { _ in draws.normal(mean: 0, deviation: deviation) }
    let colours = vectors.map { row in Float((0..<3).reduce(0) { $0 + row[$1] * alpha[$1] * values[$1] }) }
    let added = clip.order == .bgr ? [colours[2], colours[1], colours[0]] : colours
    for index in clip.frames.indices {
      clip.frames[index].pixels.withUnsafeMutableBufferPointer { pixels in
        for start in stride(from: 0, to: pixels.count, by: 3) {
          for channel in 0..<3 { pixels[start + channel] += added[channel] }
        }
      }
    }
  }
}
