public import ClassificationEval
internal import JSON
internal import Statistics
internal import Wording

/// An evaluation of predictions of whole videos as text, JSON, CSV and Markdown.
public struct PredictionSummary: Sendable {
  private let evaluation: PredictionEvaluation
  /// By class; empty where classes are numbers.
  private let names: [String]
  private let groups: [ClassGroup]

  public init(_ evaluation: PredictionEvaluation, names: [String] = [], groups: [ClassGroup] = []) {
    self.evaluation = evaluation
    self.names = names
    self.groups = groups
  }

  private func name(_ label: Int) -> String { names.indices.contains(label) ? names[label] : "\(label)" }

  private var shares: [(key: String, title: String, estimate: EstimatedShare)] {
    [
      ("top1", "top-1 accuracy", evaluation.top1), ("top5", "top-5 accuracy", evaluation.top5),
      ("map", "mAP", evaluation.mAP),
    ].compactMap { key, title, estimate in estimate.map { (key, title, $0) } }
  }

  private var head: TextTable {
    let hasIntervals = shares.contains { $0.estimate.interval != nil }
    let rows = shares.map { _, title, estimate in
      [title, fixed(100 * estimate.value, 2)]
        + (hasIntervals
          ? [estimate.interval.map { "\(fixed(100 * $0.lowerBound, 2)) to \(fixed(100 * $0.upperBound, 2))" } ?? ""]
          : [])
    }
    let resampling = evaluation.resampling
    let interval =
      hasIntervals ? ["\(percent(resampling?.confidence ?? 0)) of \(resampling?.count ?? 0) resamples"] : []
    return TextTable(["\(counted(evaluation.videos, "video"))", "%"] + interval, rows)
  }

  private var classTable: TextTable {
    let isMulti = evaluation.predictions.isMultiLabel
    return TextTable(
      ["class", "videos"] + (isMulti ? ["AP %"] : ["top-1 %", "top-5 %"]),
      evaluation.classes.map { result in
        [name(result.label), "\(result.videos)", fixed(100 * result.value, 2)]
          + (result.top5.map { [fixed(100 * $0, 2)] } ?? [])
      })
  }

  private var confusionTable: TextTable {
    TextTable(
      ["class", "taken for", "videos", "of the class %"],
      evaluation.confusions.prefix(20).map {
        [name($0.label), name($0.found), "\($0.count)", fixed(100 * $0.share, 2)]
      })
  }

  private var groupTable: TextTable {
    TextTable(
      ["group", "classes", "videos", "top-1 %", "within the group %"],
      evaluation.results(of: groups).map {
        [
          $0.name, "\($0.classes)", "\($0.videos)", fixed(100 * $0.accuracy, 2), fixed(100 * $0.groupAccuracy, 2),
        ]
      })
  }

  private var worstTable: TextTable {
    let isMulti = evaluation.predictions.isMultiLabel
    return TextTable(
      ["video"] + (isMulti ? ["ap", "lowest class"] : ["class"]) + ["place", "score"]
        + [isMulti ? "highest other" : "taken for", "its score"],
      evaluation.worst.map {
        [$0.name] + ($0.averagePrecision.map { [fixed($0, 4)] } ?? []) + [
          name($0.label), "\($0.rank)", fixed(Double($0.ownScore), 4), name($0.found), fixed(Double($0.foundScore), 4),
        ]
      })
  }

  private func json(_ video: PredictionEvaluation.WorstVideo) -> JSONValue {
    .object(
      [("video", JSONValue(video.name))] + (video.averagePrecision.map { [("ap", JSONValue($0))] } ?? []) + [
        ("class", JSONValue(video.label)), ("rank", JSONValue(video.rank)),
        ("score", JSONValue(Double(video.ownScore))), ("found", JSONValue(video.found)),
        ("found_score", JSONValue(Double(video.foundScore))),
      ])
  }

  private var calibrationTable: TextTable {
    TextTable(
      ["confidence", "videos", "mean confidence", "accuracy"],
      evaluation.calibration.map {
        [
          "\(fixed($0.bounds.lowerBound, 1)) to \(fixed($0.bounds.upperBound, 1))", "\($0.videos)",
          fixed($0.confidence, 4), fixed($0.accuracy, 4),
        ]
      })
  }

  /// What is said beside the tables.
  private var sentences: [String] {
    var lines: [String] = []
    if let mean = evaluation.meanClassAccuracy {
      lines.append("mean of the classes' own accuracies: \(fixed(100 * mean, 2)) %")
    }
    if let error = evaluation.calibrationError {
      lines.append("confidence and accuracy differ by \(fixed(error, 4)) in the mean")
    }
    let unknown = evaluation.predictions.names.count - evaluation.videos
    if unknown > 0 { lines.append("\(counted(unknown, "video")) without a known class left out") }
    return lines
  }

  private var parts: [(title: String, table: TextTable)] {
    var parts: [(String, TextTable)] = []
    if !evaluation.results(of: groups).isEmpty { parts.append(("groups of classes", groupTable)) }
    parts.append(("classes", classTable))
    if !evaluation.confusions.isEmpty { parts.append(("top confusions", confusionTable)) }
    if !evaluation.calibration.isEmpty { parts.append(("calibration", calibrationTable)) }
    if !evaluation.worst.isEmpty { parts.append(("worst videos", worstTable)) }
    return parts
  }

  public var text: String {
    head.text + sentences.map { $0 + "\n" }.joined()
      + parts.map { "\n\($0.title)\n\($0.table.text)" }.joined()
  }

  public var markdown: String {
    head.plainMarkdown + "\n" + sentences.map { "- \($0)\n" }.joined()
      + parts.map { "\n## \($0.title)\n\n\($0.table.plainMarkdown)" }.joined()
  }

  /// A row a class.
  public var csv: String {
    let isMulti = evaluation.predictions.isMultiLabel
    let header = "class,name,videos,\(isMulti ? "ap" : "top1,top5")\n"
    return header
      + evaluation.classes.map { result in
        "\(result.label),\(csvText(name(result.label))),\(result.videos),\(result.value)"
          + (result.top5.map { ",\($0)" } ?? "") + "\n"
      }.joined()
  }

  public var json: String {
    func estimate(_ value: EstimatedShare) -> JSONValue {
      ["value": JSONValue(value.value), "interval": JSONValue(value.interval)]
    }
    var members: [(String, JSONValue)] = [
      ("predictions", JSONValue(evaluation.predictions.path)), ("videos", JSONValue(evaluation.videos)),
      ("without_label", JSONValue(evaluation.predictions.names.count - evaluation.videos)),
    ]
    members += shares.map { ($0.key, estimate($0.estimate)) }
    if let resampling = evaluation.resampling {
      members.append(
        (
          "bootstrap",
          [
            "resamples": JSONValue(resampling.count), "seed": JSONValue(resampling.seed),
            "confidence": JSONValue(resampling.confidence),
          ]
        ))
    }
    if let mean = evaluation.meanClassAccuracy { members.append(("mean_class_accuracy", JSONValue(mean))) }
    members.append(
      (
        "classes",
        .array(
          evaluation.classes.map { result in
            .object(
              [
                ("class", JSONValue(result.label)), ("name", JSONValue(name(result.label))),
                ("videos", JSONValue(result.videos)),
                (result.top5 == nil ? "ap" : "top1", JSONValue(result.value)),
              ] + (result.top5.map { [("top5", JSONValue($0))] } ?? []))
          })
      ))
    if !evaluation.predictions.isMultiLabel {
      members += [
        (
          "confusions",
          .array(
            evaluation.confusions.map {
              [
                "class": JSONValue($0.label), "found": JSONValue($0.found), "videos": JSONValue($0.count),
                "share": JSONValue($0.share),
              ]
            })
        ), ("calibration_error", JSONValue(evaluation.calibrationError)),
        (
          "calibration",
          .array(
            evaluation.calibration.map {
              [
                "from": JSONValue($0.bounds.lowerBound), "to": JSONValue($0.bounds.upperBound),
                "videos": JSONValue($0.videos), "confidence": JSONValue($0.confidence),
                "accuracy": JSONValue($0.accuracy),
              ]
            })
        ),
      ]
    }
    members.append(("worst", .array(evaluation.worst.map(json))))
    let groups = evaluation.results(of: groups)
    if !groups.isEmpty {
      members.append(
        (
          "groups",
          .array(
            groups.map {
              [
                "group": JSONValue($0.name), "classes": JSONValue($0.classes), "videos": JSONValue($0.videos),
                "top1": JSONValue($0.accuracy), "within": JSONValue($0.groupAccuracy),
              ]
            })
        ))
    }
    return JSONValue.object(members).text + "\n"
  }
}
