internal import Wording

/// What the eighth column of proposals looks like: a person detector's scores, or something else.
public struct ProposalScores: Equatable, Sendable {
  private var count = 0
  private var smallest = Double.infinity
  /// The highest score, minus infinity where there is none.
  public private(set) var largest = -Double.infinity
  private var aboveOne = 0
  private var areWhole = true
  /// Rows that have an action id, as ground truth has.
  private var withAction = 0

  /// Whether every row has an action, as detections and ground truth have.
  public var areActions: Bool { count > 0 && withAction == count }

  /// Fewer equal scores are no evidence of anything.
  private static let leastEqualScores = 10

  /// Makes a survey of no scores.
  public init() {}

  /// Takes up one row's score.
  public mutating func add(_ score: Double, hasAction: Bool) {
    count += 1
    smallest = min(smallest, score)
    largest = max(largest, score)
    if score > 1 { aboveOne += 1 }
    if score != score.rounded() { areWhole = false }
    if hasAction { withAction += 1 }
  }

  /// Says where the column does not look like a detector's scores.
  ///
  /// - Parameters:
  ///   - column: What it is called in the file.
  ///   - lead: What each line begins with.
  func notices(threshold: Double, column: String, lead: String) -> [String] {
    if count == 0 { return [] }
    let isTruth = areActions
    if areWhole, smallest < largest || (isTruth && count >= Self.leastEqualScores) {
      let kind = isTruth ? "person ids of a ground truth (every row has an action id)" : "person ids, or percent"
      let percent = isTruth || largest > 100 || largest < 2 ? "" : "divide percent by 100; if these are person ids, "
      return [
        "\(lead)all \(count) scores are whole numbers, \(short(smallest)) to \(short(largest)): \(kind)? -> "
          + "\(percent)give the boxes and scores of a person detector; to have true boxes scored, write 1 into their "
          + "\(column). \(effect(threshold))"
      ]
    }
    if smallest == largest, count >= Self.leastEqualScores {
      return [
        "\(lead)all \(count) scores are \(short(smallest)): no detector's? \(effect(threshold)) "
          + "-> give the detector's own scores where there are any"
      ]
    }
    // Whoever sets a threshold above 1 has scores of that kind.
    if aboveOne == 0 || threshold > 1 { return [] }
    let advice =
      largest > 100 ? "give scores of 0 to 1" : "divide them by 100 if they are percent"
    return [
      "\(lead)\(counted(aboveOne, "score")) of \(count) above 1, up to \(short(largest)) -> \(advice). "
        + effect(threshold)
    ]
  }

  /// What the threshold makes of such scores.
  private func effect(_ threshold: Double) -> String {
    let name = "the score threshold \(threshold) (AVA.DETECTION_SCORE_THRESH)"
    if largest < threshold { return "All are below \(name)" }
    return smallest < threshold ? "Rows below \(name) fall away" : "None is below \(name)"
  }

  private func short(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }
}
