internal import Glibc
internal import RoIAlign

/// What a library's Faster R-CNN does in its own way between the layers.
struct RCNNConventions: Hashable, Sendable {
  /// By what proposals are ranked.
  enum Ranking: Hashable, Sendable {
    /// Logits throughout.
    case logits
    /// A level's candidates by their logits, proposals by their probabilities.
    case logitsThenProbabilities
    case probabilities
  }

  /// Which proposals are too small to be kept.
  enum LeastProposal: Hashable, Sendable {
    /// Those without area.
    case positive
    /// Those with a side below.
    case side(Float)
    /// Those below a pixel of the original image, or with their middle outside.
    case originalPixel
  }

  /// Which class number means that there is nothing.
  enum Background: Hashable, Sendable {
    case first
    case last
  }

  /// When boxes go back to the original image.
  enum Rescaling: Hashable, Sendable {
    /// After suppression, then clipped again; those that end up empty go.
    case lastAndClipped
    /// After suppression, before which boxes with a side below this go.
    case last(leastSide: Float)
    /// Between clipping and suppression.
    case beforeSuppression
    /// Before the last deltas are applied; boxes are clipped in the original image. Of those that tie with the last
    /// detection that is let through, all are.
    case first
  }

  var scaling: ImageScaling
  var anchors: PyramidAnchors.Convention
  var geometry: BoxGeometry
  var deltaLimit: BoxDecoding.Limit
  var ranking: Ranking
  var leastProposal: LeastProposal
  /// Whether proposals are clipped to the padded image, instead of to the image.
  var clipsToPadding: Bool
  var levels: PyramidLevelRule
  var grid: SamplingGrid
  var sampling: SamplingRatio
  var background: Background
  var rescaling: Rescaling

  /// Detectron2 with its own configurations.
  static let detectron2 = RCNNConventions(
    scaling: .pillow, anchors: .exact, geometry: .continuous, deltaLimit: .above, ranking: .logits,
    leastProposal: .positive, clipsToPadding: false, levels: .detectron2, grid: .halfPixel, sampling: .adaptive,
    background: .last, rescaling: .lastAndClipped)

  /// Detectron, whose operators are Caffe2's.
  static let detectron1 = RCNNConventions(
    scaling: .openCVNumbers, anchors: .inclusivePixels, geometry: .inclusivePixels, deltaLimit: .above,
    ranking: .probabilities, leastProposal: .originalPixel, clipsToPadding: true, levels: .detectron1, grid: .legacy,
    sampling: .fixed(2), background: .first, rescaling: .first)

  static let torchvision = RCNNConventions(
    scaling: .torchNumbers, anchors: .rounded, geometry: .continuous, deltaLimit: .above,
    ranking: .logitsThenProbabilities, leastProposal: .side(1e-3), clipsToPadding: false, levels: .torchvision,
    grid: .legacy, sampling: .fixed(2), background: .first, rescaling: .last(leastSide: 1e-2))

  static let mmdetection = RCNNConventions(
    scaling: .openCVPixels, anchors: .exact, geometry: .continuous, deltaLimit: .bothSides, ranking: .probabilities,
    leastProposal: .positive, clipsToPadding: false, levels: .mmdetection, grid: .halfPixel, sampling: .adaptive,
    background: .last, rescaling: .beforeSuppression)
}

/// From which level of the pyramid a box takes its features: 4 for boxes of 224 pixels, one less for half of that.
///
/// The libraries differ in what they add against rounding.
enum PyramidLevelRule: Hashable, Sendable {
  case detectron2
  case detectron1
  case torchvision
  case mmdetection

  static let levels = 2...5

  func level(of box: DetectorBox) -> Int {
    let level: Float =
      switch self {
      case .detectron2: 4 + log2f(box.area.squareRoot() / 224 + 1e-8)
      case .detectron1: 4 + log2f(((box.width + 1) * (box.height + 1)).squareRoot() / 224 + 1e-6)
      case .torchvision: 4 + log2f(box.area.squareRoot() / 224) + 1e-6
      case .mmdetection: 2 + log2f(box.area.squareRoot() / 56 + 1e-6)
      }
    // Asked this way round, what is not a number is of the finest level.
    let whole = level.rounded(.down)
    return whole > Float(Self.levels.lowerBound)
      ? Int(min(whole, Float(Self.levels.upperBound))) : Self.levels.lowerBound
  }
}
