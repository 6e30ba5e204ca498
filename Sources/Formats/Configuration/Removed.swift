/// Keys that PySlowFast once had, or that its published files hold by mistake, and what became of them.
enum Removed {
  static let keys: [String: String] = [
    "BN.EPSILON": "it is always 1e-5",
    "BN.MOMENTUM": "it is always 0.1, and only training reads it",
    "DATA.CROP_SIZE": "set DATA.TRAIN_CROP_SIZE and DATA.TEST_CROP_SIZE",
    "AVA.TRAIN_PCA_EIGVAL": "it is DATA.TRAIN_PCA_EIGVAL now",
    "AVA.TRAIN_PCA_EIGVEC": "it is DATA.TRAIN_PCA_EIGVEC now",
    "MVIT.POOL_Q_KERNEL": "it follows from MVIT.POOL_KVQ_KERNEL",
    "MVIT.POOL_KV_KERNEL": "it follows from MVIT.POOL_KVQ_KERNEL",
    "MVIT.POOL_SKIP_KERNEL": "it follows from MVIT.POOL_Q_STRIDE",
    "MVIT.POOL_SKIP_STRIDE": "it follows from MVIT.POOL_Q_STRIDE",
    "DEMO.DATA_SOURCE": "it became DEMO.WEBCAM and DEMO.INPUT_VIDEO",
    "DEMO.DETECTRON2_OBJECT_DETECTION_MODEL_CFG": "it is DEMO.DETECTRON2_CFG now",
    "DEMO.DETECTRON2_OBJECT_DETECTION_MODEL_WEIGHTS": "it is DEMO.DETECTRON2_WEIGHTS now",
    "TENSORBOARD.CATEGORIES": "it is TENSORBOARD.CATEGORIES_PATH now",
    "TENSORBOARD.CLASS_NAMES": "it is TENSORBOARD.CLASS_NAMES_PATH now",
    "TENSORBOARD.CM_SUBSET_CATEGORIES_PATH": "it is TENSORBOARD.CONFUSION_MATRIX.SUBSET_PATH now",
    "TENSORBOARD.FIGSIZE": "it is TENSORBOARD.CONFUSION_MATRIX.FIGSIZE now",
    "TENSORBOARD.MODEL_VIS.TOPK": "it is TENSORBOARD.MODEL_VIS.TOPK_PREDS now",
    "PREFETCH.NUM_LOADERS": "it never was a public key",
  ]

  /// Sections that only removed keys lived in.
  static let sections: Set<String> = ["PREFETCH"]

  /// Once a switch, now a section.
  static let formerSwitch = "TENSORBOARD.CONFUSION_MATRIX"
}

extension Configuration {
  /// Drops a removed key with a notice; false for a key that is still alive, or that never was.
  mutating func drop(_ key: String, _ node: EntryNode, _ source: Source) -> Bool {
    var reason = Removed.keys[key]
    if key == Removed.formerSwitch, case .value(.bool) = node {
      reason = "it is TENSORBOARD.CONFUSION_MATRIX.ENABLE now"
    }
    guard let reason else { return false }
    warnings.append("\(key) (\(source)) is no key any more and is left out: \(reason)")
    return true
  }
}
