// The keys of training without labels that have a type, and that of the training of a last layer after it.

extension Key<Bool> {
  public static let contrastiveBnMlp = Key("CONTRASTIVE.BN_MLP", false, .selfSupervised)
  public static let dataSslColorJitter = Key("DATA.SSL_COLOR_JITTER", false, .selfSupervised)
  public static let dataSslMocov2Aug = Key("DATA.SSL_MOCOV2_AUG", false, .selfSupervised)
  public static let modelDetachFinalFc = Key("MODEL.DETACH_FINAL_FC", false, .training)
}

extension Key<Int> {
  public static let contrastiveDim = Key("CONTRASTIVE.DIM", 128, .selfSupervised)
  public static let contrastiveNumMlpLayers = Key("CONTRASTIVE.NUM_MLP_LAYERS", 1, .selfSupervised)
  public static let contrastiveMlpDim = Key("CONTRASTIVE.MLP_DIM", 2048, .selfSupervised)
}

extension Key<Double> {
  public static let dataTimeDiffProb = Key("DATA.TIME_DIFF_PROB", 0.0, .selfSupervised)
  public static let contrastiveT = Key("CONTRASTIVE.T", 0.07, .selfSupervised)
  public static let dataColorRndGrayscale = Key("DATA.COLOR_RND_GRAYSCALE", 0.0, .selfSupervised)
  public static let dataSslColorHue = Key("DATA.SSL_COLOR_HUE", 0.1, .selfSupervised)
}

extension Key<String> {
  public static let contrastiveType = Key("CONTRASTIVE.TYPE", "mem", .selfSupervised)
}

extension Key<[Double]> {
  public static let dataSslColorBriConSat = Key("DATA.SSL_COLOR_BRI_CON_SAT", [0.4, 0.4, 0.4], .selfSupervised)
}
