internal import AVAEval
internal import AVARecords
internal import Datasets
internal import Geometry
internal import JSON

/// Writes an explanation as a JSON object, full double precision.
func jsonValue(_ explanation: Explanation, _ tables: AlignedTables) -> JSONValue {
  func slices(_ slices: [Slice]) -> JSONValue { .array(slices.map { jsonValue($0, tables.labelMap) }) }
  return [
    "errors": jsonValue(explanation.errors),
    "groups": .object(explanation.groups.map { ($0.group.name, jsonValue($0)) }),
    "classes": .object(explanation.classes.map { ("\($0.result.id)", jsonValue($0)) }),
    "calibration": jsonValue(explanation.calibration), "proposals": jsonValue(explanation.proposals),
    "box_sizes": slices(explanation.boxSizes), "crowds": slices(explanation.crowds),
    "videos": slices(explanation.videos),
    "worst_frames": .array(explanation.worstFrames.map { jsonValue($0, tables) }),
  ]
}

private func jsonValue(_ errors: [ErrorCost]) -> JSONValue {
  .object(
    errors.map { error in
      (
        error.kind.rawValue,
        [
          "detections": JSONValue(error.detectionCount), "truth": JSONValue(error.truthCount),
          "loss": JSONValue(error.loss), "gain": JSONValue(error.gain),
        ]
      )
    })
}

private func jsonValue(_ group: GroupExplanation) -> JSONValue {
  [
    "mAP": JSONValue(group.mAP), "classes": JSONValue(group.classCount), "truth": JSONValue(group.groundTruthCount),
    "detections": JSONValue(group.detectionCount), "true_positives": JSONValue(group.truePositiveCount),
    "errors": jsonValue(group.errors),
  ]
}

private func jsonValue(_ entry: ClassExplanation) -> JSONValue {
  let best = entry.bestF1.map { point -> JSONValue in
    [
      "threshold": JSONValue(point.threshold), "precision": JSONValue(point.precision),
      "recall": JSONValue(point.recall), "f1": JSONValue(point.f1), "detections": JSONValue(point.detectionCount),
    ]
  }
  return [
    "name": JSONValue(entry.result.name), "group": entry.group.map { JSONValue($0.name) } ?? .null,
    "truth": JSONValue(entry.result.groundTruthCount), "detections": JSONValue(entry.result.detectionCount),
    "true_positives": JSONValue(entry.result.truePositiveCount), "ap": JSONValue(entry.result.ap),
    "ceiling": JSONValue(entry.ceiling), "best_f1": best ?? .null, "errors": jsonValue(entry.errors),
    "calibration": jsonValue(entry.calibration),
    "curve": .array(
      entry.curve.map { .array([$0.recall, $0.precision, $0.envelope, $0.score].map { JSONValue($0) }) }),
  ]
}

private func jsonValue(_ calibration: Calibration?) -> JSONValue {
  guard let calibration else { return .null }
  let bins = calibration.bins.map { bin -> JSONValue in
    [
      "from": JSONValue(bin.lowerBound), "to": JSONValue(bin.upperBound), "detections": JSONValue(bin.count),
      "true_positives": JSONValue(bin.hitCount), "mean_score": JSONValue(bin.meanScore),
    ]
  }
  return [
    "expected_error": JSONValue(calibration.expectedError), "mean_score": JSONValue(calibration.meanScore),
    "true_positive_share": JSONValue(calibration.hitShare), "bins": .array(bins),
  ]
}

private func jsonValue(_ proposals: ProposalRecall) -> JSONValue {
  [
    "people": JSONValue(proposals.personCount), "boxes": JSONValue(proposals.boxCount),
    "precision": JSONValue(proposals.precision),
    "recall": .object(proposals.recalls.map { ("\($0.overlap)", JSONValue($0.share)) }),
    "ceiling": JSONValue(proposals.ceiling),
  ]
}

private func jsonValue(_ slice: Slice, _ labels: LabelMap) -> JSONValue {
  [
    "name": JSONValue(slice.name), "key_frames": JSONValue(slice.keyFrameCount),
    "truth": JSONValue(slice.groundTruthCount), "detections": JSONValue(slice.detectionCount),
    "true_positives": JSONValue(slice.truePositiveCount), "mAP": JSONValue(slice.mAP), "loss": JSONValue(slice.loss),
    "ap": .object(zip(labels.labels, slice.ap).map { ("\($0.id)", JSONValue($1)) }),
  ]
}

private func jsonValue(_ frame: FrameExplanation, _ tables: AlignedTables) -> JSONValue {
  let keyFrame = tables.frames[frame.frame]
  let unfound = frame.unfound.map { truth -> JSONValue in
    [
      "class": JSONValue(tables.labelMap.labels[truth.classPosition].id), "kind": JSONValue(truth.kind.rawValue),
      "loss": JSONValue(truth.loss), "box": jsonValue(tables.groundTruth.boxes[truth.row]),
    ]
  }
  let found = frame.falseDetections.map { detection -> JSONValue in
    [
      "class": JSONValue(tables.labelMap.labels[detection.classPosition].id),
      "kind": JSONValue(detection.kind.rawValue), "score": JSONValue(tables.detections.scores[detection.row]),
      "loss": JSONValue(detection.loss), "box": jsonValue(tables.detections.box(ofRow: detection.row)),
    ]
  }
  return [
    "video": JSONValue(tables.videos[keyFrame.video]), "second": JSONValue(keyFrame.time.seconds),
    "loss": JSONValue(frame.loss), "true_positives": JSONValue(frame.truePositiveCount),
    "unfound": .array(unfound), "false_detections": .array(found),
  ]
}

private func jsonValue(_ box: UnitBox) -> JSONValue { .array([box.x1, box.y1, box.x2, box.y2].map { JSONValue($0) }) }
