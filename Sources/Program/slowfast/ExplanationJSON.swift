internal import AVAEval
internal import AVARecords
internal import Datasets
internal import Geometry
internal import Wording

/// Writes an explanation as a JSON object, full double precision.
func jsonText(_ explanation: Explanation, _ tables: AlignedTables) -> JSON {
  func slices(_ slices: [Slice]) -> JSON { JSON.array(slices.map { jsonText($0, tables.labelMap) }) }
  return JSON.object([
    ("errors", jsonText(explanation.errors)),
    ("groups", JSON.object(explanation.groups.map { ($0.group.name, jsonText($0)) })),
    ("classes", JSON.object(explanation.classes.map { ("\($0.result.id)", jsonText($0)) })),
    ("calibration", jsonText(explanation.calibration)), ("proposals", jsonText(explanation.proposals)),
    ("box_sizes", slices(explanation.boxSizes)), ("crowds", slices(explanation.crowds)),
    ("videos", slices(explanation.videos)),
    ("worst_frames", JSON.array(explanation.worstFrames.map { jsonText($0, tables) })),
  ])
}

private func jsonText(_ errors: [ErrorCost]) -> JSON {
  JSON.object(
    errors.map { error in
      (
        error.kind.rawValue,
        JSON.object([
          ("detections", JSON(error.detectionCount)), ("truth", JSON(error.truthCount)),
          ("loss", JSON(error.loss)), ("gain", JSON(error.gain)),
        ])
      )
    })
}

private func jsonText(_ group: GroupExplanation) -> JSON {
  JSON.object([
    ("mAP", JSON(group.mAP)), ("classes", JSON(group.classCount)), ("truth", JSON(group.groundTruthCount)),
    ("detections", JSON(group.detectionCount)), ("true_positives", JSON(group.truePositiveCount)),
    ("errors", jsonText(group.errors)),
  ])
}

private func jsonText(_ entry: ClassExplanation) -> JSON {
  let best = entry.bestF1.map { point in
    JSON.object([
      ("threshold", JSON(point.threshold)), ("precision", JSON(point.precision)),
      ("recall", JSON(point.recall)), ("f1", JSON(point.f1)), ("detections", JSON(point.detectionCount)),
    ])
  }
  return JSON.object([
    ("name", JSON(entry.result.name)), ("group", entry.group.map { JSON($0.name) } ?? .null),
    ("truth", JSON(entry.result.groundTruthCount)), ("detections", JSON(entry.result.detectionCount)),
    ("true_positives", JSON(entry.result.truePositiveCount)), ("ap", JSON(entry.result.ap)),
    ("ceiling", JSON(entry.ceiling)), ("best_f1", best ?? .null), ("errors", jsonText(entry.errors)),
    ("calibration", jsonText(entry.calibration)),
    (
      "curve",
      JSON.array(
        entry.curve.map { JSON.array([$0.recall, $0.precision, $0.envelope, $0.score].map { JSON($0) }) })
    ),
  ])
}

private func jsonText(_ calibration: Calibration?) -> JSON {
  guard let calibration else { return .null }
  let bins = calibration.bins.map { bin in
    JSON.object([
      ("from", JSON(bin.lowerBound)), ("to", JSON(bin.upperBound)), ("detections", JSON(bin.count)),
      ("true_positives", JSON(bin.hitCount)), ("mean_score", JSON(bin.meanScore)),
    ])
  }
  return JSON.object([
    ("expected_error", JSON(calibration.expectedError)), ("mean_score", JSON(calibration.meanScore)),
    ("true_positive_share", JSON(calibration.hitShare)), ("bins", JSON.array(bins)),
  ])
}

private func jsonText(_ proposals: ProposalRecall) -> JSON {
  JSON.object([
    ("people", JSON(proposals.personCount)), ("boxes", JSON(proposals.boxCount)),
    ("precision", JSON(proposals.precision)),
    ("recall", JSON.object(proposals.recalls.map { ("\($0.overlap)", JSON($0.share)) })),
    ("ceiling", JSON(proposals.ceiling)),
  ])
}

private func jsonText(_ slice: Slice, _ labels: LabelMap) -> JSON {
  JSON.object([
    ("name", JSON(slice.name)), ("key_frames", JSON(slice.keyFrameCount)),
    ("truth", JSON(slice.groundTruthCount)), ("detections", JSON(slice.detectionCount)),
    ("true_positives", JSON(slice.truePositiveCount)), ("mAP", JSON(slice.mAP)), ("loss", JSON(slice.loss)),
    ("ap", JSON.object(zip(labels.labels, slice.ap).map { ("\($0.id)", JSON($1)) })),
  ])
}

private func jsonText(_ frame: FrameExplanation, _ tables: AlignedTables) -> JSON {
  let moment = tables.frames[frame.frame]
  let unfound = frame.unfound.map { truth in
    JSON.object([
      ("class", JSON(tables.labelMap.labels[truth.classPosition].id)), ("kind", JSON(truth.kind.rawValue)),
      ("loss", JSON(truth.loss)), ("box", jsonText(tables.groundTruth.boxes[truth.row])),
    ])
  }
  let found = frame.falseDetections.map { detection in
    JSON.object([
      ("class", JSON(tables.labelMap.labels[detection.classPosition].id)),
      ("kind", JSON(detection.kind.rawValue)), ("score", JSON(tables.detections.scores[detection.row])),
      ("loss", JSON(detection.loss)), ("box", jsonText(tables.detections.box(ofRow: detection.row))),
    ])
  }
  return JSON.object([
    ("video", JSON(tables.videos[moment.video])), ("second", JSON(moment.time.seconds)),
    ("loss", JSON(frame.loss)), ("true_positives", JSON(frame.truePositiveCount)),
    ("unfound", JSON.array(unfound)), ("false_detections", JSON.array(found)),
  ])
}

private func jsonText(_ box: UnitBox) -> JSON { JSON.array([box.x1, box.y1, box.x2, box.y2].map { JSON($0) }) }
