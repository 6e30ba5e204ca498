public import Geometry

/// How the public evaluators of tubes compare, match and sum up: what they differ in.
public struct VideoRules: Sendable, Equatable {
  /// What is added to differences of pixels and of frames: 0, or 1 where the last pixel and frame belong to the box
  /// and the tube.
  public var unit: Double
  /// Whether a detection whose best tube is taken already gets the best of those that are left; else it is wrong.
  public var takesNextBest: Bool
  public var area: Area

  /// How precision and recall become one number.
  public enum Area: Sendable, Equatable {
    /// The area under the highest precision at each recall or a greater one (PASCAL VOC from 2010 on).
    case envelope
    /// The area under the straight lines between the points, beginning at precision 1 and recall 0.
    case trapezoids
  }

  public init(unit: Double, takesNextBest: Bool, area: Area) {
    self.unit = unit
    self.takesNextBest = takesNextBest
    self.area = area
  }

  /// MultiSports, as MMAction2 1.2.0 evaluates it. Its tubes last a frame less than they have boxes, so that one of a
  /// single frame never overlaps.
  public static let multiSports = VideoRules(unit: 0, takesNextBest: false, area: .envelope)

  /// UCF101-24 and J-HMDB, as the evaluation of ACT (Kalogeiton and others, 2017) has it, which most papers on them use.
  public static let ucf24 = VideoRules(unit: 1, takesNextBest: true, area: .trapezoids)

  /// 0.5, 0.55 ... 0.95.
  public static let strictThresholds = (0..<10).map { 0.5 + 0.05 * Double($0) }
  /// 0.05, 0.1 ... 0.45: MultiSports' first average.
  public static let looseThresholds = (0..<9).map { 0.05 + 0.05 * Double($0) }
  /// 0.1, 0.2 ... 0.9: MultiSports' second.
  public static let wideThresholds = (0..<9).map { 0.1 + 0.1 * Double($0) }

  /// The classes of MultiSports that are not scored.
  public static let unscoredOfMultiSports: Set<String> = [
    "aerobic kick jump", "aerobic off axis jump", "aerobic butterfly jump", "aerobic balance turn", "basketball save",
    "basketball jump ball",
  ]

  /// Intersection over union of two boxes; 0 where their union has no area.
  public func overlap(_ a: PixelBox, _ b: PixelBox) -> Double {
    func area(_ box: PixelBox) -> Double { (box.x2 - box.x1 + unit) * (box.y2 - box.y1 + unit) }
    let width = max(0, min(a.x2, b.x2) + unit - max(a.x1, b.x1))
    let height = max(0, min(a.y2, b.y2) + unit - max(a.y1, b.y1))
    let shared = width * height
    let union = area(a) + area(b) - shared
    return union > 0 ? shared / union : 0
  }

  /// The spatio-temporal IoU: the mean IoU of the boxes of the frames that both have, times the frames' own; of tubes of
  /// different videos it is not asked.
  public func overlap(_ a: ActionTube, _ b: ActionTube) -> Double {
    let first = max(a.firstFrame, b.firstFrame)
    let last = min(a.frames.upperBound, b.frames.upperBound)
    if last < first { return 0 }
    let shared = Double(last - first) + unit
    let union =
      Double(max(a.frames.upperBound, b.frames.upperBound) - min(a.firstFrame, b.firstFrame)) + unit
    if shared <= 0 { return 0 }
    let sum = (first...last).reduce(0) {
      $0 + overlap(a.boxes[$1 - a.firstFrame], b.boxes[$1 - b.firstFrame])
    }
    return sum / Double(last - first + 1) * (shared / union)
  }
}
