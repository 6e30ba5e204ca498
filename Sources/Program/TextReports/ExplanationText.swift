internal import AVAEval
internal import AVARecords
internal import Datasets
internal import Wording

/// Writes an explanation as tables for people.
func explanationText(_ explanation: Explanation, _ tables: AlignedTables) -> String {
  let name = explanation.rules.name
  let parts = [
    "what is behind the \(name) mAP (--protocol explains another)\n" + ceilingText(explanation),
    errorText(explanation), groupText(explanation), classText(explanation),
    sliceText("by size of the box, in fractions of the frame's area", explanation.boxSizes),
    sliceText("by people in the key frame", explanation.crowds), videoText(explanation), calibrationText(explanation),
    frameText(explanation, tables),
  ]
  return parts.filter { !$0.isEmpty }.joined(separator: "\n")
}

private func ceilingText(_ explanation: Explanation) -> String {
  let proposals = explanation.proposals
  guard let recall = proposals.recalls.first?.share else { return "there is no ground truth to find\n" }
  let overlaps = proposals.recalls.dropFirst().map { "\(figure($0.share)) at \($0.overlap)" }.joined(separator: ", ")
  let silent = explanation.classes.count { $0.result.ap != nil && $0.result.detectionCount == 0 }
  let counting = explanation.classes.count { $0.result.ap != nil }
  return "mAP \(figure(explanation.evaluation.mAP)); with the same boxes perfect scores would reach at most "
    + "\(figure(proposals.ceiling))\n"
    + "the boxes find \(figure(recall)) of \(counted(proposals.personCount, "person", plural: "people")) at IoU \(explanation.dataset.overlapThreshold) "
    + "(\(overlaps)); of \(counted(proposals.boxCount, "box", plural: "boxes")) "
    + "\(figure(proposals.precision)) are on a person\n"
    + (silent == 0
      ? ""
      : "\(silent) of \(counted(counting, "class", plural: "classes")) have "
        + "\(explanation.evaluation.absence)\n")
}

private func errorText(_ explanation: Explanation) -> String {
  var table = [["kind of error", "detections", "truth", "loss", "gain if repaired"]]
  for error in explanation.errors {
    table.append([
      error.kind.title, "\(error.detectionCount)", "\(error.truthCount)", figure(error.loss), figure(error.gain),
    ])
  }
  table.append(["1 - mAP", "", "", figure(explanation.evaluation.mAP.map { 1 - $0 }), ""])
  return "errors; losses add up, gains are what repairing one kind alone brings\n"
    + TextTable(table, leftColumns: [0]).text
}

private func groupText(_ explanation: Explanation) -> String {
  var table = [["group", "classes", "truth", "detections", "mAP"] + ErrorKind.allCases.map(\.title)]
  for group in explanation.groups where group.groundTruthCount + group.detectionCount > 0 {
    table.append(
      [
        group.group.name, "\(group.classCount)", "\(group.groundTruthCount)", "\(group.detectionCount)",
        figure(group.mAP),
      ] + group.errors.map { figure($0.loss) })
  }
  return table.count == 1 ? "" : "by group, with the loss by kind of error\n" + TextTable(table, leftColumns: [0]).text
}

private func classText(_ explanation: Explanation) -> String {
  var table = [["id", "class", "truth", "AP", "ceiling", "best F1", "at score", "found", "ECE", "costs most"]]
  for entry in explanation.classes where entry.result.groundTruthCount > 0 {
    let worst = entry.errors.max { ($0.loss ?? 0) < ($1.loss ?? 0) }
    let best = entry.bestF1
    table.append([
      "\(entry.result.id)", entry.result.name, "\(entry.result.groundTruthCount)", figure(entry.result.ap),
      figure(entry.ceiling), figure(best?.f1), best.map { fixed($0.threshold, 4) } ?? "-",
      "\(entry.result.truePositiveCount)", figure(entry.calibration?.expectedError),
      worst.flatMap { error in error.loss.map { "\(error.kind.title) \(figure($0))" } } ?? "-",
    ])
  }
  return table.count == 1
    ? "" : "by class; the best F1 and the score to cut at for it\n" + TextTable(table, leftColumns: [1, 9]).text
}

private func sliceText(_ title: String, _ slices: [Slice]) -> String {
  var table = [["", "key frames", "truth", "detections", "recall", "mAP", "loss"]]
  for slice in slices where slice.groundTruthCount + slice.detectionCount > 0 {
    table.append([
      slice.name, "\(slice.keyFrameCount)", "\(slice.groundTruthCount)", "\(slice.detectionCount)",
      figure(slice.recall), figure(slice.mAP), figure(slice.loss),
    ])
  }
  return table.count == 1 ? "" : title + "\n" + TextTable(table, leftColumns: [0]).text
}

private func videoText(_ explanation: Explanation) -> String {
  let worst = explanation.videos.sorted { $0.loss > $1.loss }
  let shown = 10
  let title =
    worst.count > shown ? "the \(shown) of \(worst.count) videos with the largest loss (json has all)" : "by video"
  return sliceText(title, Array(worst.prefix(shown)))
}

private func calibrationText(_ explanation: Explanation) -> String {
  if explanation.evaluation.counts.scoredRows == 0 { return "" }
  guard let calibration = explanation.calibration else {
    return "no calibration: some scores are not between 0 and 1\n"
  }
  var table = [["score", "detections", "mean score", "found a box"]]
  for bin in calibration.bins where bin.count > 0 {
    table.append([
      "\(fixed(bin.lowerBound, 2)) to \(fixed(bin.upperBound, 2))", "\(bin.count)", figure(bin.meanScore),
      figure(bin.hitShare),
    ])
  }
  return
    "calibration: detections score \(figure(calibration.meanScore)) in the mean and \(figure(calibration.hitShare)) "
    + "of them find a box; expected error \(figure(calibration.expectedError))\n"
    + TextTable(table, leftColumns: [0]).text
}

private func frameText(_ explanation: Explanation, _ tables: AlignedTables) -> String {
  let frames = explanation.worstFrames.prefix(10)
  if frames.isEmpty { return "" }
  var table = [["key frame", "loss", "above all"]]
  for frame in frames {
    table.append([tables.describe(frame: frame.frame), fixed(frame.loss, 6), reasons(frame, tables)])
  }
  return "key frames with the largest loss\n" + TextTable(table, leftColumns: [0, 2]).text
}

/// The most expensive kinds of rows of a key frame: "sit (2 missed), talk to (wrong class) and 3 more".
private func reasons(_ frame: FrameExplanation, _ tables: AlignedTables) -> String {
  var reasons: [(position: Int, kind: ErrorKind, count: Int, loss: Double)] = []
  func add(_ position: Int, _ kind: ErrorKind, _ loss: Double) {
    if let place = reasons.firstIndex(where: { $0.position == position && $0.kind == kind }) {
      reasons[place].count += 1
      reasons[place].loss += loss
    } else {
      reasons.append((position, kind, 1, loss))
    }
  }
  for truth in frame.unfound { add(truth.classPosition, truth.kind, truth.loss) }
  for detection in frame.falseDetections { add(detection.classPosition, detection.kind, detection.loss) }
  let sorted = reasons.sorted { $0.loss > $1.loss }
  return listed(
    sorted.map { reason in
      let times = reason.count == 1 ? "" : "\(reason.count) "
      return "\(tables.labelMap.labels[reason.position].name) (\(times)\(reason.kind.title))"
    }, limit: 3)
}
