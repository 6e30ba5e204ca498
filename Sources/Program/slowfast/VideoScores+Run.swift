internal import ClassificationEval
internal import Classify
internal import Trainer
internal import Wording

extension VideoScores {
  /// The accuracies or mAPs, a row for each number of clips; empty without classes. Read from the journal.
  func accuracyTable() throws -> String {
    let rows = try accuracies().map { accuracy in
      [
        "\(accuracy.clips)", "\(views.crops)", "\(accuracy.videos)", fixed(accuracy.top1, 2), fixed(accuracy.top5, 2),
      ]
    }
    if rows.isEmpty { return try precisionTable() }
    return TextTable(["clips", "crops", "videos", "top-1 accuracy %", "top-5 accuracy %"], rows).text
  }
}

extension VideoScores {
  /// By all clips of each video; nil without classes. Read from the journal.
  func result() throws -> TrainingRun.TestResult? {
    if let last = try accuracies().last { return .accuracy(top1: last.top1, top5: last.top5) }
    return try meanAveragePrecisions().last.map { .map($0.percent / 100) }
  }

  /// The mAP of videos that have several classes.
  private func precisionTable() throws -> String {
    let rows = try meanAveragePrecisions().map { found in
      ["\(found.clips)", "\(views.crops)", "\(found.videos)", "\(found.classCount)", fixed(found.percent, 2)]
    }
    if rows.isEmpty { return "" }
    return TextTable(["clips", "crops", "videos", "classes that occur", "mAP %"], rows).text
  }
}

/// Prints a table, and hands it to the log of the run.
func show(accuracies table: String) {
  print(table, terminator: "")
  for line in table.split(separator: "\n") { Console.note(String(line)) }
}

/// An option that does not suit what is tested.
struct UnfitOption: Error, CustomStringConvertible {
  let description: String

  init(_ option: String, _ reason: String) { description = "\(option): \(reason) -> leave it out" }
}
