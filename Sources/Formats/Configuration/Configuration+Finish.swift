internal import OrderedCollections
internal import Wording

extension Configuration {
  /// Checks everything that needs the final values: what was left empty, ranges, and what must fit together.
  mutating func finish() throws(ConfigurationError) {
    for (key, setting) in given where setting.value == .null { try fillIn(key, setting.source) }
    for key in given.keys {
      let leaf = Schema[key]
      if let limit = Limit.table[key], let expected = limit.breach(value(of: leaf)) {
        throw .badValue(
          key: key, source: source(of: key), expected: expected, found: value(of: leaf).excerpt,
          remedy: remedy(for: limit, leaf))
      }
    }
    if self[.testDataset] == "ava" && !self[.detectionEnable] {
      throw .impossible(
        problem: "AVA's boxes need the detection head", keys: [cite(.testDataset), cite(.detectionEnable)],
        remedy: "take one of configs/AVA, with weights trained on AVA; only where these weights score boxes, set "
          + "DETECTION.ENABLE True")
    }
    try checkViews()
    findings = try rules?.check(self) ?? []
    if !["cv2", "pytorch"].contains(self[.avaImgProcBackend]) {
      findings.append("\(cite(.avaImgProcBackend)) is neither cv2 nor pytorch: images are processed as by cv2")
    }
  }

  /// Checks what must fit together among the views of a test.
  private func checkViews() throws(ConfigurationError) {
    if self[.avaTestFlip] && self[.avaTestForceFlip] {
      throw .impossible(
        problem: "clips are to be seen both as they are and mirrored, and mirrored only",
        keys: [cite(.avaTestFlip), cite(.avaTestForceFlip)], remedy: "set one of them to False")
    }
    if self[.avaTestViewFusion] == "logit_mean" && self[.modelHeadAct] != "sigmoid" {
      throw .impossible(
        problem: "only a sigmoid's scores have logits of their own",
        keys: [cite(.avaTestViewFusion), cite(.modelHeadAct)], remedy: "set AVA.TEST_VIEW_FUSION mean or max")
    }
  }

  /// Decides what a key without a value means. The reference takes null for anything and fails when it uses it.
  private mutating func fillIn(_ key: String, _ source: Source) throws(ConfigurationError) {
    let leaf = Schema[key]
    let isOpen = leaf.use.isOfTests && Limit.table[key] == nil
    switch leaf.kind {
    case .anything, .optionalInts:
      return
    case .string where isOpen && !Self.namesOfModels.contains(key):
      given[key]?.value = ""
      warnings.append("\(key) (\(source)) is left empty: read as ''")
    case .strings where isOpen:
      given[key]?.value = []
      warnings.append("\(key) (\(source)) is left empty: read as []")
    case _ where leaf.use.isOfTests:
      throw .wrongType(
        key: key, place: "", source: source, expected: leaf.kind.name, found: Value.null.typeName,
        remedy: "give it a value or delete the line; the default is \(leaf.fallback.excerpt)")
    default:
      return
    }
  }

  private static let namesOfModels = ["MODEL.ARCH", "MODEL.MODEL_NAME"]

  private func remedy(for limit: Limit, _ leaf: Leaf) -> String {
    if case .oneOf(let names) = limit, case .string(let text) = value(of: leaf),
      let best = nearest(to: text, among: names)
    {
      return "did you mean \(best)?"
    }
    return Self.advice[leaf.key] ?? "PySlowFast's default is \(leaf.fallback.excerpt)"
  }

  /// What to give where the default suits few configs, or other weights than those at hand.
  private static let advice = [
    "MODEL.NUM_CLASSES": "give the number of the weights' classes, such as 80 for AVA (slowfast inspect names it)",
    "MODEL.HEAD_ACT": "give sigmoid for the actions of boxes, as AVA's configs do, or softmax for whole clips",
    "RESNET.TRANS_FUNC": "give bottleneck_transform for depth 50 and 101, or basic_transform for 18",
    "DATA.NUM_FRAMES":
      "give the frames of a clip that the weights were trained with, such as 32 for a config named 32x2",
    "DATA.SAMPLING_RATE":
      "give 1 for every frame of a clip's span, or what the weights were trained with, such as 2 for a config named 32x2",
    "RESNET.WIDTH_PER_GROUP": "give the width of the weights' stem, mostly 64 (slowfast inspect names it)",
    "AVA.TEST_SCALES": "give each short side once, such as \"[224, 256, 320]\", or [] for DATA.TEST_CROP_SIZE alone",
    "AVA.TEST_SPATIAL_CROPS": "give 1 for the whole frame, or 3 for three squares along its long side",
    "AVA.TEST_VIEW_FUSION": "give mean, the mean of the scores, if unsure",
    "SLOWFAST.ALPHA": "give the factor that the weights were trained with: 4 or 8 in PySlowFast's configs",
    "SLOWFAST.FUSION_KERNEL_SZ": "give the factor that the weights were trained with: 5 or 7 in PySlowFast's configs",
  ]
}
