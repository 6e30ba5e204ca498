internal import AVAEval
internal import Datasets
internal import Statistics
internal import Wording

extension EvaluationReport {
  /// Kinds of errors with their costs, over all classes and by group.
  var errorSection: HTML {
    """
    <p>The \(explanation.rules.name) mAP is \(figure(explanation.evaluation.mAP)). The losses below add up to the \
    \(figure(explanation.evaluation.mAP.map { 1 - $0 })) that are missing; a gain is what repairing this kind alone \
    would bring, so gains do not add up.</p>
    \(errorTable(explanation.errors, caption: "Errors over all classes", definedAt: threshold))\
    <h3>By group of actions</h3>
    \(groupTable.html)
    """
  }

  private var groupTable: DataTable {
    var table = DataTable(
      caption: "Groups of actions",
      columns: [.text("group"), .number("classes"), .number("truth"), .number("detections"), .number("mAP")])
    if bootstrap != nil { table.columns.append(.number(intervalTitle)) }
    table.columns += ErrorKind.allCases.map { .number($0.title, "loss by this kind of error") }
    for (place, group) in explanation.groups.enumerated() where group.groundTruthCount + group.detectionCount > 0 {
      var cells: [DataTable.Cell] = [
        .text(group.group.title), .count(group.classCount), .count(group.groundTruthCount),
        .count(group.detectionCount), .bar(group.mAP),
      ]
      if let bootstrap { cells.append(.text(span(bootstrap.groups[place]?.interval))) }
      table.rows.append(.init(cells: cells + group.errors.map { .figure($0.loss) }))
    }
    return table
  }

  /// What a column of intervals over videos is called.
  var intervalTitle: String { "\(percent(bootstrap?.resampling.confidence ?? 0.95)) interval" }
}

/// Errors with bars as long as what they cost.
///
/// - Parameter threshold: The overlap that counts, where the table is to say what each kind is.
func errorTable(_ errors: [ErrorCost], caption: String, definedAt threshold: String? = nil) -> HTML {
  var table = DataTable(
    caption: caption,
    columns: [
      .text("kind of error"), .number("loss"), .number("gain", "what repairing this kind alone would bring"),
      .number("detections"), .number("truth"),
    ])
  let limit = errors.flatMap { [$0.loss ?? 0, $0.gain ?? 0] }.max() ?? 1
  for error in errors {
    let definition: HTML = threshold.map { "<small>\(error.kind.definition($0))</small>" } ?? ""
    table.rows.append(
      .init(cells: [
        .init(content: "\(error.kind.title)\(definition)"), .bar(error.loss, limit: limit, "loss"),
        .bar(error.gain, limit: limit, "gain"), .count(error.detectionCount), .count(error.truthCount),
      ]))
  }
  return table.html
}

extension ErrorKind {
  /// What it is, in one line.
  ///
  /// - Parameter threshold: The overlap that counts.
  func definition(_ threshold: String) -> String {
    switch self {
    case .wrongClass: "somebody is there (IoU \(threshold) or more), who does not do this"
    case .poorBox: "somebody does this, the box overlaps by 0.1 to \(threshold)"
    case .wrongClassAndPoorBox: "overlaps only somebody who does something else, by 0.1 to \(threshold)"
    case .duplicate: "another detection has this box already"
    case .background: "nobody is there"
    case .missed: "ground truth that no detection found"
    }
  }
}
