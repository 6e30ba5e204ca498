public import Geometry
public import Tensors

/// A box of one item of a batch, in pixels of its frames, as the arithmetic sees it: in float32.
public struct Region: Hashable, Sendable {
  /// Which item of the batch.
  public var batchIndex: Int
  /// The left edge, in pixels of the frame that the features were made of.
  public var x1: Float
  /// The upper edge, in pixels.
  public var y1: Float
  /// The right edge, in pixels.
  public var x2: Float
  /// The lower edge, in pixels.
  public var y2: Float

  /// Makes a region of its item, counted from 0, and its edges in pixels.
  public init(batchIndex: Int, x1: Float, y1: Float, x2: Float, y2: Float) {
    self.batchIndex = batchIndex
    self.x1 = x1
    self.y1 = y1
    self.x2 = x2
    self.y2 = y2
  }

  /// Makes a region of its item, counted from 0, and a box in pixels, rounded to float32.
  public init(batchIndex: Int, box: PixelBox) {
    self.init(batchIndex: batchIndex, x1: Float(box.x1), y1: Float(box.y1), x2: Float(box.x2), y2: Float(box.y2))
  }

  /// Reads rows [R, 5] of batch index, x1, y1, x2, y2.
  ///
  /// - Throws: `RoIAlignError` when the shape is another, or a batch index is not a whole number >= 0.
  public static func rows(of tensor: Tensor) throws(RoIAlignError) -> [Region] {
    guard tensor.shape.count == 2, tensor.shape[1] == 5 else { throw .notRows(shape: tensor.shape) }
    var regions: [Region] = []
    for row in 0..<tensor.shape[0] {
      let v = tensor.values[row * 5..<row * 5 + 5].map { $0 }
      // Beyond 2^24 a float no longer tells neighbouring whole numbers apart.
      guard v[0] >= 0, v[0] < 0x1p24, v[0] == v[0].rounded(.down) else {
        throw .badBatchIndex(box: row, found: "\(v[0])", batch: nil)
      }
      regions.append(Region(batchIndex: Int(v[0]), x1: v[1], y1: v[2], x2: v[3], y2: v[4]))
    }
    return regions
  }
}
