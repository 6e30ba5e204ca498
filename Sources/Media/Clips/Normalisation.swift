internal import Imaging
internal import Tensors

/// How prepared frames become the network's numbers, with everything that can be computed once.
///
/// Each value is divided by 255, then the mean is subtracted and the result divided by the std, every step rounded to
/// float32 as the reference does.
struct Normalisation {
  /// The number of every byte, channel by channel of the BGR image.
  private let tables: [Float]
  private let mean: [Float]
  private let std: [Float]
  private let flip: Bool
  /// Where each channel of the BGR image goes.
  private let places: [Int]

  init(_ preprocessing: Preprocessing, flip: Bool) {
    (mean, std) = (preprocessing.mean, preprocessing.std)
    self.flip = flip
    places = preprocessing.order == .bgr ? [0, 1, 2] : [2, 1, 0]
    tables = (0..<3).flatMap { c in
      (0..<256).map { (Float($0) / 255 - preprocessing.mean[c]) / preprocessing.std[c] }
    }
  }

  /// Writes a frame, or a part of it, into the network's layout, mirrored and its channels in another order where asked.
  ///
  /// - Parameters:
  ///   - target: H x W x 3 floats of the part.
  ///   - part: Where in the frame as it is seen, mirrored or not.
  func fill(_ target: UnsafeMutablePointer<Float>, from frame: PreparedFrame, _ part: FramePart) {
    let width = frame.width
    switch frame.pixels {
    case .bytes(let image):
      tables.withUnsafeBufferPointer { tables in
        image.pixels.withUnsafeBufferPointer { pixels in
          guard let table = tables.baseAddress, let from = pixels.baseAddress else { return }
          place(from, target, width: width, part) {
            (table[Int($0)], table[256 + Int($1)], table[512 + Int($2)])
          }
        }
      }
    case .floats(let image):
      let (m0, m1, m2, s0, s1, s2) = (mean[0], mean[1], mean[2], std[0], std[1], std[2])
      image.pixels.withUnsafeBufferPointer { pixels in
        guard let from = pixels.baseAddress else { return }
        place(from, target, width: width, part) {
          (($0 - m0) / s0, ($1 - m1) / s1, ($2 - m2) / s2)
        }
      }
    }
  }

  /// Writes every pixel's values where mirroring and channel order put them.
  @inline(__always)
  private func place<Level>(
    _ source: UnsafePointer<Level>, _ target: UnsafeMutablePointer<Float>, width: Int, _ part: FramePart,
    _ normalised: (Level, Level, Level) -> (Float, Float, Float)
  ) {
    let (blueAt, redAt) = (places[0], places[2])
    let step = flip ? -3 : 3
    var to = target
    let first = flip ? width - 1 - part.left : part.left
    for y in part.top..<part.top + part.height {
      var from = source + (y * width + first) * 3
      for _ in 0..<part.width {
        let (blue, green, red) = normalised(from[0], from[1], from[2])
        to[blueAt] = blue
        to[1] = green
        to[redAt] = red
        from += step
        to += 3
      }
    }
  }
}
