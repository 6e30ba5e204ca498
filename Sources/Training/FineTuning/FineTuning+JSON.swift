internal import Files
internal import JSON

extension FineTuning.Result {
  /// What came of it, for other programs.
  ///
  ///     {"best": "head", "mAP": {"before": 0.2, "head": 0.9},
  ///      "classes": [{"id": 1, "name": "wave", "ground_truth": 20, "repeat_factor": 1.5, "ap": {"before": 0.1, "head": 0.9}}],
  ///      "boxes": {"train": 300, "val": 120}, "phases": [{"name": "head", "epochs": 25, "best_epoch": 17}]}
  ///
  /// Where held-out key frames could not be read, it has `num_judged` and `num_unreadable`, too.
  ///
  /// - Throws: `FileError`.
  public func writeJSON(to path: String) throws {
    func columns(_ value: (ClassScores) -> Double?) -> JSONValue {
      .object(scores.map { ($0.title, JSONValue(value($0.scores))) })
    }
    let classes = scores[0].scores.classes.enumerated().map { index, own in
      JSONValue.object([
        ("id", JSONValue(own.id)), ("name", JSONValue(own.name)), ("ground_truth", JSONValue(own.count)),
        ("repeat_factor", JSONValue(repeats.indices.contains(own.id - 1) ? repeats[own.id - 1] : nil)),
        ("ap", columns { $0.classes[index].ap }),
      ])
    }
    let phases = phases.map { phase in
      JSONValue.object([
        ("name", JSONValue(phase.title)), ("epochs", JSONValue(phase.epochs)),
        ("best_epoch", phase.bestEpoch.map { JSONValue($0) } ?? .null),
      ])
    }
    var members: [(String, JSONValue)] = [
      ("best", JSONValue(scores[best].title)), ("mAP", columns { $0.map }), ("classes", .array(classes)),
      ("boxes", .object([("train", JSONValue(trainingBoxes)), ("val", JSONValue(validationBoxes))])),
      ("phases", .array(phases)),
    ]
    // As in metrics.jsonl: where everything was judged neither is there.
    if let lacking {
      members += [("num_judged", JSONValue(lacking.of - lacking.count)), ("num_unreadable", JSONValue(lacking.count))]
    }
    try writeFile(path, JSONValue.object(members).text + "\n")
  }
}
