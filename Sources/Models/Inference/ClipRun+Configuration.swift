internal import Clips
public import Configuration

extension ClipRun {
  /// The run of a configuration.
  ///
  /// - Parameters:
  ///   - ensemble: The models that are asked; nil for one, of the configuration.
  ///   - models: One, or those of the ensemble in their order.
  ///   - isStill: Every clip is its key frame over and over.
  public init(_ config: Configuration, _ ensemble: TestEnsemble?, _ models: [LoadedModel], isStill: Bool) {
    let one = Network(
      models[0].model, window: ClipWindow(config, isStill: isStill), preprocessing: models[0].preprocessing(config))
    self.init(ensemble?.networks(models, isStill: isStill) ?? [one])
  }
}
