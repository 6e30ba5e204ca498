internal import Augmentation
public import Geometry
internal import Imaging
public import Optimization
public import Tensors

/// A clip of a sample, with what it should be scored as.
public struct TrainingExample: Sendable {
  /// 1, [T, H, W], 3 at the fast rate, normalised.
  public var clip: FeatureMap
  /// In pixels of the clip, within it; one that the crop has lost is still there, without area.
  public var boxes: [PixelBox]
  /// Of the clip, or of each box.
  public var targets: Targets
  /// Inputs of other kinds beside the clip, such as sound or optical flow, by the names that a backbone's pathways have for
  /// them: 1, [T, H, W], C each, of one extent in all of a batch.
  public var others: [String: FeatureMap]

  public init(clip: FeatureMap, boxes: [PixelBox] = [], targets: Targets, others: [String: FeatureMap] = [:]) {
    self.clip = clip
    self.boxes = boxes
    self.targets = targets
    self.others = others
  }

  init(_ clip: Clip<FloatImage>, _ targets: Targets) {
    let extent = Extent3(clip.frames.count, clip.size.height, clip.size.width)
    let map = FeatureMap(
      storage: Storage(count: extent.count * 3, isZeroed: false), offset: 0, batch: 1, extent: extent, channels: 3,
      pitch: 3)
    var target = map.start
    for frame in clip.frames {
      frame.pixels.withUnsafeBufferPointer { pixels in
        if let source = pixels.baseAddress { target.update(from: source, count: pixels.count) }
      }
      target += frame.pixels.count
    }
    self.init(clip: map, boxes: clip.boxes, targets: targets)
  }
}

/// A row of 1 for each class that is there and 0 for the others.
///
/// - Parameter rows: Classes below `count`, row by row.
/// - Returns: [rows, count].
func multiHot(_ rows: [[Int]], _ count: Int) -> Tensor {
  let tensor = Tensor(zeros: [rows.count, count])
  for (row, classes) in rows.enumerated() {
    for label in classes { tensor.mutableValues[row * count + label] = 1 }
  }
  return tensor
}
