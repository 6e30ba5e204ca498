internal import Configuration

/// A classification config where one of a detector is needed.
struct ClassificationConfig: Error, CustomStringConvertible {
  let description: String

  /// - Parameters:
  ///   - doing: "detecting", "testing".
  ///   - clause: What else is to be said of it.
  init(_ config: Configuration, doing: String, _ clause: String) {
    let keys = "\(config.cite(.testDataset)), \(config.cite(.detectionEnable))"
    description =
      "\(doing): '\(config.path ?? "")' is a classification config (\(keys)), \(clause)"
      + " -> for AVA's actions take one of configs/AVA, with weights trained on AVA"
  }
}

/// A detection config of another data set than AVA.
struct OtherDataSet: Error, CustomStringConvertible {
  let description: String

  init(_ config: Configuration) {
    description =
      "testing: \(config.cite(.testDataset)) with \(config.cite(.detectionEnable)): boxes are tested on AVA's files"
      + " -> set TEST.DATASET ava, or take one of configs/AVA"
  }
}
