internal import JSON
public import VideoEval
internal import Wording

/// An evaluation of tubes as text, JSON, CSV and Markdown: the average precision of each class at the thresholds that papers
/// name.
public struct TubeSummary: Sendable {
  private typealias Part = (convention: TubeConvention, evaluation: VideoEvaluation)

  private let parts: [Part]
  private let truth: Int
  private let found: Int
  private let name: @Sendable (Int) -> String?

  private static let thresholds = TubeConvention.thresholds

  /// Evaluates.
  ///
  /// - Parameters:
  ///   - leavingOut: Classes that are not scored.
  ///   - name: Of a class; nil where it has none.
  public init(
    truth: [ActionTube], _ found: [ActionTube], by conventions: [TubeConvention], leavingOut: Set<Int>,
    name: @escaping @Sendable (Int) -> String?
  ) {
    (self.truth, self.found, self.name) = (truth.count, found.count, name)
    parts = conventions.map { convention in
      // At all thresholds at once: what overlaps what is found out one time.
      let thresholds = Self.thresholds + convention.ranges.flatMap(\.thresholds)
      return (
        convention,
        .ofTubes(
          found, truth: truth, rules: convention.rules, thresholds: thresholds, leavingOut: leavingOut)
      )
    }
  }

  private func percent(_ value: Double?) -> String { value.map { fixed(100 * $0, 2) } ?? "" }
  private func name(_ action: Int) -> String { name(action) ?? "\(action)" }

  /// Of each threshold or range its mean, by name.
  private func means(_ part: Part) -> [(name: String, value: Double?)] {
    let ranges = Self.thresholds.map { ("\($0)", [$0]) } + part.convention.ranges
    var first = 0
    return ranges.map { name, thresholds in
      defer { first += thresholds.count }
      let own = part.evaluation.meanPrecisions.map { $0[first..<first + thresholds.count] }
      return (name, own.map { $0.reduce(0, +) / Double($0.count) })
    }
  }

  private func head(_ part: Part) -> TextTable {
    TextTable(["video mAP, \(part.convention.title)", "%"], means(part).map { ["IoU \($0.name)", percent($0.value)] })
  }

  private func classes(_ part: Part) -> TextTable {
    TextTable(
      ["class", "true tubes", "detected"] + Self.thresholds.map { "AP at \($0) %" },
      part.evaluation.classes.map { result in
        [name(result.action), "\(result.truth)", "\(result.detections)"]
          + zip(Self.thresholds, result.precisions).map { percent($1) }
      })
  }

  private var counts: String { "\(counted(found, "detected tube")), \(counted(truth, "true one"))" }

  public var text: String {
    counts + "\n" + parts.map { "\n\(head($0).text)\n\(classes($0).text)" }.joined()
  }

  public var markdown: String {
    counts + "\n" + parts.map { "\n\(head($0).plainMarkdown)\n\(classes($0).plainMarkdown)" }.joined()
  }

  /// A row for each class under each rule.
  public var csv: String {
    "rules,class,name,truth,detections," + Self.thresholds.map { "ap_\($0)" }.joined(separator: ",") + "\n"
      + parts.flatMap { part in
        part.evaluation.classes.map { result in
          "\(part.convention),\(result.action),\(csvText(name(result.action))),\(result.truth),\(result.detections),"
            + zip(Self.thresholds, result.precisions).map { "\($1)" }.joined(separator: ",") + "\n"
        }
      }.joined()
  }

  public var json: String {
    let value: JSONValue = .object([
      ("detections", JSONValue(found)), ("truth", JSONValue(truth)),
      (
        "rules",
        .object(
          parts.map { part in
            (
              part.convention.rawValue,
              .object([
                ("map", .object(means(part).map { ($0.name, JSONValue($0.value)) })),
                (
                  "classes",
                  .array(
                    part.evaluation.classes.map { result in
                      .object([
                        ("class", JSONValue(result.action)), ("name", JSONValue(name(result.action))),
                        ("truth", JSONValue(result.truth)), ("detections", JSONValue(result.detections)),
                        (
                          "ap",
                          .object(zip(Self.thresholds, result.precisions).map { ("\($0)", JSONValue($1)) })
                        ),
                      ])
                    })
                ),
              ])
            )
          })
      ),
    ])
    return value.text + "\n"
  }
}
