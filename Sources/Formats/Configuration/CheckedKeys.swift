// Keys whose values are checked, and that no command reads for more: they are not among those of `Keys+*.swift`.

extension Key<String> {
  public static let bnNormType = Key("BN.NORM_TYPE", "batchnorm", .idle)
  public static let mvitNorm = Key("MVIT.NORM", "layernorm", .idle)
  public static let mvitRevResPath = Key("MVIT.REV.RES_PATH", "conv", .idle)
  static let trainCheckpointType = Key("TRAIN.CHECKPOINT_TYPE", "pytorch", .idle)
  static let testCheckpointType = Key("TEST.CHECKPOINT_TYPE", "pytorch", .idle)
}
