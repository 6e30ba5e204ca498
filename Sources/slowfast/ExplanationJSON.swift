internal import AVAEval
internal import AVARecords
internal import Geometry
internal import Wording

/// Writes an explanation as a JSON object, full double precision.
func jsonText(_ explanation: Explanation, _ tables: AlignedTables) -> String {
  func slices(_ slices: [Slice]) -> String { jsonArray(slices.map { jsonText($0, tables.labelMap) }) }
  return jsonObject([
    ("errors", jsonText(explanation.errors)),
    ("groups", jsonObject(explanation.groups.map { ($0.group.rawValue, jsonText($0)) })),
    ("classes", jsonObject(explanation.classes.map { ("\($0.result.id)", jsonText($0)) })),
    ("calibration", jsonText(explanation.calibration)), ("proposals", jsonText(explanation.proposals)),
    ("box_sizes", slices(explanation.boxSizes)), ("crowds", slices(explanation.crowds)),
    ("videos", slices(explanation.videos)),
    ("worst_frames", jsonArray(explanation.worstFrames.map { jsonText($0, tables) })),
  ])
}

private func jsonText(_ errors: [ErrorCost]) -> String {
  jsonObject(
    errors.map { error in
      (
        error.kind.rawValue,
        jsonObject([
          ("detections", "\(error.detectionCount)"), ("truth", "\(error.truthCount)"),
          ("loss", jsonNumber(error.loss)), ("gain", jsonNumber(error.gain)),
        ])
      )
    })
}

private func jsonText(_ group: GroupExplanation) -> String {
  jsonObject([
    ("mAP", jsonNumber(group.mAP)), ("classes", "\(group.classCount)"), ("truth", "\(group.groundTruthCount)"),
    ("detections", "\(group.detectionCount)"), ("true_positives", "\(group.truePositiveCount)"),
    ("errors", jsonText(group.errors)),
  ])
}

private func jsonText(_ entry: ClassExplanation) -> String {
  let best = entry.bestF1.map { point in
    jsonObject([
      ("threshold", jsonNumber(point.threshold)), ("precision", jsonNumber(point.precision)),
      ("recall", jsonNumber(point.recall)), ("f1", jsonNumber(point.f1)), ("detections", "\(point.detectionCount)"),
    ])
  }
  return jsonObject([
    ("name", jsonString(entry.result.name)), ("group", jsonString(entry.group.rawValue)),
    ("truth", "\(entry.result.groundTruthCount)"), ("detections", "\(entry.result.detectionCount)"),
    ("true_positives", "\(entry.result.truePositiveCount)"), ("ap", jsonNumber(entry.result.ap)),
    ("ceiling", jsonNumber(entry.ceiling)), ("best_f1", best ?? "null"), ("errors", jsonText(entry.errors)),
    ("calibration", jsonText(entry.calibration)),
    (
      "curve",
      jsonArray(
        entry.curve.map { jsonArray([$0.recall, $0.precision, $0.envelope, $0.score].map { jsonNumber($0) }) })
    ),
  ])
}

private func jsonText(_ calibration: Calibration?) -> String {
  guard let calibration else { return "null" }
  let bins = calibration.bins.map { bin in
    jsonObject([
      ("from", jsonNumber(bin.lowerBound)), ("to", jsonNumber(bin.upperBound)), ("detections", "\(bin.count)"),
      ("true_positives", "\(bin.hitCount)"), ("mean_score", jsonNumber(bin.meanScore)),
    ])
  }
  return jsonObject([
    ("expected_error", jsonNumber(calibration.expectedError)), ("mean_score", jsonNumber(calibration.meanScore)),
    ("true_positive_share", jsonNumber(calibration.hitShare)), ("bins", jsonArray(bins)),
  ])
}

private func jsonText(_ proposals: ProposalRecall) -> String {
  jsonObject([
    ("people", "\(proposals.personCount)"), ("boxes", "\(proposals.boxCount)"),
    ("precision", jsonNumber(proposals.precision)),
    ("recall", jsonObject(proposals.recalls.map { ("\($0.overlap)", jsonNumber($0.share)) })),
    ("ceiling", jsonNumber(proposals.ceiling)),
  ])
}

private func jsonText(_ slice: Slice, _ labels: LabelMap) -> String {
  jsonObject([
    ("name", jsonString(slice.name)), ("key_frames", "\(slice.keyFrameCount)"),
    ("truth", "\(slice.groundTruthCount)"), ("detections", "\(slice.detectionCount)"),
    ("true_positives", "\(slice.truePositiveCount)"), ("mAP", jsonNumber(slice.mAP)), ("loss", jsonNumber(slice.loss)),
    ("ap", jsonObject(zip(labels.labels, slice.ap).map { ("\($0.id)", jsonNumber($1)) })),
  ])
}

private func jsonText(_ frame: FrameExplanation, _ tables: AlignedTables) -> String {
  let moment = tables.frames[frame.frame]
  let unfound = frame.unfound.map { truth in
    jsonObject([
      ("class", "\(tables.labelMap.labels[truth.classPosition].id)"), ("kind", jsonString(truth.kind.rawValue)),
      ("loss", jsonNumber(truth.loss)), ("box", jsonText(tables.groundTruth.boxes[truth.row])),
    ])
  }
  let found = frame.falseDetections.map { detection in
    jsonObject([
      ("class", "\(tables.labelMap.labels[detection.classPosition].id)"),
      ("kind", jsonString(detection.kind.rawValue)), ("score", jsonNumber(tables.detections.scores[detection.row])),
      ("loss", jsonNumber(detection.loss)), ("box", jsonText(tables.detections.box(ofRow: detection.row))),
    ])
  }
  return jsonObject([
    ("video", jsonString(tables.videos[moment.video])), ("second", jsonNumber(moment.time.seconds)),
    ("loss", jsonNumber(frame.loss)), ("true_positives", "\(frame.truePositiveCount)"),
    ("unfound", jsonArray(unfound)), ("false_detections", jsonArray(found)),
  ])
}

private func jsonText(_ box: UnitBox) -> String { jsonArray([box.x1, box.y1, box.x2, box.y2].map { jsonNumber($0) }) }
