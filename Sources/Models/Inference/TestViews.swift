public import Clips
public import Configuration
internal import Wording

/// The views in which a configuration's test sees each key frame, and how their scores become one.
public struct TestViews: Sendable, CustomStringConvertible {
  /// Short sides in the order given, each as it is and then mirrored, each with its crops.
  public let views: [View]
  public let fusion: ViewFusion
  private let scales: [Int]
  private let flips: [Bool]
  private let crops: [View.Crop]

  /// The views of a configuration: `AVA.TEST_SCALES`, `AVA.TEST_FLIP` (or `AVA.TEST_FORCE_FLIP`) and
  /// `AVA.TEST_SPATIAL_CROPS`. By default it is one: the whole frame at `DATA.TEST_CROP_SIZE`.
  public init(_ config: Configuration) {
    let scales = config[.avaTestScales].isEmpty ? [config[.dataTestCropSize]] : config[.avaTestScales]
    let flips = config[.avaTestFlip] ? [false, true] : [config[.avaTestForceFlip]]
    let crops: [View.Crop] = config[.avaTestSpatialCrops] == 3 ? (0..<3).map { .square($0) } + [.rest] : [.whole]
    (self.scales, self.flips, self.crops) = (scales, flips, crops)
    views = scales.flatMap { scale in
      flips.flatMap { flip in crops.map { View(shortSide: scale, flip: flip, crop: $0) } }
    }
    fusion = ViewFusion(config)
  }

  /// How many views a key frame has, but for the whole frames of boxes that no square has.
  public var count: Int { views.count { $0.crop != .rest } }

  /// What is seen, as a line for who starts a run: "6 views a key frame: short sides 224, 256, 320, with and without
  /// flip; the mean of their scores".
  public var description: String {
    var parts = ["short side\(scales.count == 1 ? "" : "s") \(scales.map(String.init).joined(separator: ", "))"]
    if flips.count == 2 { parts.append("with and without flip") } else if flips[0] { parts.append("flipped") }
    if crops.count > 1 { parts.append("three squares along the long side (boxes in none: the whole frame)") }
    let fused =
      switch fusion {
      case .mean: "the mean of their scores"
      case .logitMean: "the sigmoid of their mean logit"
      case .max: "the greatest of their scores"
      }
    return "\(counted(count, "view")) a key frame: \(parts.joined(separator: ", "))" + (count > 1 ? "; \(fused)" : "")
  }
}
