/// A public evaluation of tubes: its rules, and the thresholds that papers name.
public enum TubeConvention: String, Sendable, CaseIterable {
  case multisports, ucf24

  /// Whose it is.
  public var title: String {
    switch self {
    case .multisports: "MultiSports"
    case .ucf24: "UCF101-24, J-HMDB"
    }
  }

  public var rules: VideoRules {
    switch self {
    case .multisports: .multiSports
    case .ucf24: .ucf24
    }
  }

  /// The thresholds whose precisions are told one by one.
  public static let thresholds = [0.2, 0.5, 0.75]

  /// The ranges of thresholds over which means are taken, by name.
  public var ranges: [(name: String, thresholds: [Double])] {
    let strict = ("0.5:0.95", VideoRules.strictThresholds)
    switch self {
    case .multisports:
      return [("0.05:0.45", VideoRules.looseThresholds), ("0.1:0.9", VideoRules.wideThresholds), strict]
    case .ucf24: return [strict]
    }
  }
}
