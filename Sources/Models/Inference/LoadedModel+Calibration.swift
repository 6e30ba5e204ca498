internal import Checkpoint
internal import Files
internal import Kernels
internal import ModelZoo
internal import NN
internal import Tensors
internal import VideoModels

extension VideoModel {
  /// Finds a calibration from a clip of noise: for random weights, whose scores mean nothing anyway.
  ///
  /// - Parameter crop: The side of clips, where the network takes no smaller ones.
  func calibratedOnNoise(crop: Int) throws -> Calibration {
    var generator = SeededGenerator(seed: 1)
    let backbone = architecture.backbone
    let small = 4 * backbone.featureStride
    let side = (try? backbone.checkSize(height: small, width: small)) == nil ? crop : small
    let clip = FeatureMap(
      zeros: 1, Extent3(backbone.frames, side, side), channels: backbone.inputs.first?.channels ?? 3)
    for index in 0..<clip.storage.count { clip.start[index] = Float(generator.uniform(-2, 2)) }
    let calibrator = ModelCalibrator(self)
    try calibrator.observeLargest(clip)
    try calibrator.observeSizes(clip)
    guard let calibration = calibrator.calibration() else { throw NoCalibrationError.notFinite(weights: nil) }
    return calibration
  }
}

extension LoadedModel {
  /// Why the network's values are not finite: its weights, where some of these are not.
  public var notFinite: NoCalibrationError {
    let checkpoint = weightsPath.flatMap { try? Checkpoint(path: $0, naming: PySlowFastNames()) }
    return .notFinite(weights: checkpoint?.notFiniteTensors(limit: 1).first)
  }
}

extension WeightOptions {
  /// The calibration of weights, for an engine that quantizes.
  ///
  /// - Throws: `NoCalibrationError`, `CalibrationFileError`, `FileError`.
  func calibration(of weights: String) throws -> (path: String, file: CalibrationFile) {
    let path = calibrationPath(of: weights)
    guard calibration != nil || pathExists(path) else { throw NoCalibrationError.none(path: path) }
    return (path, try CalibrationFile(path: path))
  }

  /// Where it is.
  func calibrationPath(of weights: String) -> String { calibration ?? CalibrationFile.path(beside: weights) }
}
