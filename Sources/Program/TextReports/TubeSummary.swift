internal import JSON
public import VideoEval
internal import Wording

/// An evaluation of tubes as text, JSON, CSV and Markdown: the average precision of each class at the thresholds that papers
/// name.
public struct TubeSummary: Sendable {
  /// One way to compare and sum up.
  private struct Part: Sendable {
    let name: String
    let title: String
    let evaluation: VideoEvaluation
    let means: [(key: String, title: String, value: Double?)]
  }

  private let parts: [Part]
  private let truth: Int
  private let found: Int
  private let name: @Sendable (Int) -> String?

  private static let thresholds = [0.2, 0.5, 0.75]

  /// Evaluates.
  ///
  /// - Parameters:
  ///   - rules: "multisports", "ucf24".
  ///   - leavingOut: Classes that are not scored.
  ///   - name: Of a class; nil where it has none.
  public init(
    truth: [ActionTube], _ found: [ActionTube], rules names: [String], leavingOut: Set<Int>,
    name: @escaping @Sendable (Int) -> String?
  ) {
    (self.truth, self.found, self.name) = (truth.count, found.count, name)
    parts = names.map { own in
      let isMultiSports = own == "multisports"
      let rules = isMultiSports ? VideoRules.multiSports : .ucf24
      func evaluation(_ thresholds: [Double]) -> VideoEvaluation {
        .ofTubes(found, truth: truth, rules: rules, thresholds: thresholds, leavingOut: leavingOut)
      }
      var means = [("0.5:0.95", VideoRules.strictThresholds)]
      if isMultiSports {
        means = [("0.05:0.45", VideoRules.looseThresholds), ("0.1:0.9", VideoRules.wideThresholds)] + means
      }
      return Part(
        name: own, title: isMultiSports ? "MultiSports" : "UCF101-24, J-HMDB", evaluation: evaluation(Self.thresholds),
        means: means.map { ($0, $0, evaluation($1).mean) })
    }
  }

  private func percent(_ value: Double?) -> String { value.map { fixed(100 * $0, 2) } ?? "" }
  private func name(_ action: Int) -> String { name(action) ?? "\(action)" }

  /// Of each threshold or range its mean, by name.
  private func means(_ part: Part) -> [(name: String, value: Double?)] {
    let each = part.evaluation.meanPrecisions
    return Self.thresholds.indices.map { ("\(Self.thresholds[$0])", each?[$0]) }
      + part.means.map { ($0.title, $0.value) }
  }

  private func head(_ part: Part) -> TextTable {
    TextTable(["video mAP, \(part.title)", "%"], means(part).map { ["IoU \($0.name)", percent($0.value)] })
  }

  private func classes(_ part: Part) -> TextTable {
    TextTable(
      ["class", "true tubes", "detected"] + Self.thresholds.map { "AP at \($0) %" },
      part.evaluation.classes.map { result in
        [name(result.action), "\(result.truth)", "\(result.detections)"] + result.precisions.map { percent($0) }
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
          "\(part.name),\(result.action),\(csvText(name(result.action))),\(result.truth),\(result.detections),"
            + result.precisions.map { "\($0)" }.joined(separator: ",") + "\n"
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
              part.name,
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
