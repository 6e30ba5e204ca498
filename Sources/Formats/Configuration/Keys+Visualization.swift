// The keys of PySlowFast's visualization that `slowfast visualize` reads, too. Tests pass them over.

extension Key<Bool> {
  public static let tensorboardModelVisModelWeights = Key("TENSORBOARD.MODEL_VIS.MODEL_WEIGHTS", false, .display)
  public static let tensorboardModelVisActivations = Key("TENSORBOARD.MODEL_VIS.ACTIVATIONS", false, .display)
  public static let tensorboardModelVisGradCamEnable = Key("TENSORBOARD.MODEL_VIS.GRAD_CAM.ENABLE", true, .display)
  public static let tensorboardModelVisGradCamUseTrueLabel = Key(
    "TENSORBOARD.MODEL_VIS.GRAD_CAM.USE_TRUE_LABEL", false, .display)
  public static let tensorboardWrongPredVisEnable = Key("TENSORBOARD.WRONG_PRED_VIS.ENABLE", false, .display)
}

extension Key<String> {
  public static let tensorboardModelVisGradCamColormap = Key(
    "TENSORBOARD.MODEL_VIS.GRAD_CAM.COLORMAP", "viridis", .display)
}

extension Key<Int> {
  public static let tensorboardModelVisTopkPreds = Key("TENSORBOARD.MODEL_VIS.TOPK_PREDS", 1, .display)
}

extension Key<[String]> {
  public static let tensorboardModelVisLayerList = Key("TENSORBOARD.MODEL_VIS.LAYER_LIST", [], .display)
  public static let tensorboardModelVisGradCamLayerList = Key("TENSORBOARD.MODEL_VIS.GRAD_CAM.LAYER_LIST", [], .display)
}
