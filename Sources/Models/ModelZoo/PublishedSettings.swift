internal import Configuration
internal import Datasets
internal import NN

/// Networks that PySlowFast has published, as `KEY VALUE` pairs over its defaults.
public enum PublishedSettings {
  /// SlowFast R50 32x2 on AVA.
  public static let slowFastR50OnAVA: [String] = [
    (Key.detectionEnable.name, "True"), (Key.detectionAligned.name, "False"), (Key.dataNumFrames.name, "32"),
    (Key.dataSamplingRate.name, "2"), (Key.slowfastAlpha.name, "4"), (Key.slowfastFusionKernelSz.name, "7"),
    (Key.resnetNumBlockTempKernel.name, "[[3, 3], [4, 4], [6, 6], [3, 3]]"),
    (Key.resnetSpatialStrides.name, "[[1, 1], [2, 2], [2, 2], [1, 1]]"),
    (Key.resnetSpatialDilations.name, "[[1, 1], [1, 1], [1, 1], [2, 2]]"),
    (Key.nonlocalLocation.name, "[[[], []], [[], []], [[], []], [[], []]]"),
    (Key.nonlocalGroup.name, "[[1, 1], [1, 1], [1, 1], [1, 1]]"),
    (Key.modelNumClasses.name, "\(ActionDataset.ava.classNames.count)"),
    (Key.modelHeadAct.name, Activation.sigmoid.rawValue),
  ].flatMap { [$0.0, $0.1] }
}
