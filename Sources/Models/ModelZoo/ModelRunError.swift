public import VideoModels

/// What is wrong with a clip or boxes, in the words of the configuration that the model was built from: which keys say
/// what the model takes, and what to set.
public struct ModelRunError: Error, Equatable, CustomStringConvertible {
  public let error: VideoModelError

  public init(_ error: VideoModelError) { self.error = error }

  public var description: String {
    switch error {
    case .noClips, .clipNotFinite, .clipBeyondPixels, .untrainableHead, .otherInput, .trainedAlone:
      return error.description
    case .wrongFrames(let expected, let found):
      return "running the model: the clip has \(found) frames, the config's DATA.NUM_FRAMES is \(expected)"
        + " -> give clips of \(expected) frames or set DATA.NUM_FRAMES \(found)"
    case .wrongChannels(let expected, let found):
      return "running the model: the clip has \(found) channels, the model takes \(expected)"
        + " -> check DATA.INPUT_CHANNEL_NUM and the clip's axes (N, C, T, H, W)"
    case .wrongSize(let expected, let height, let width):
      return
        "running the model: the clip is \(width) x \(height), the config's DATA.TRAIN_CROP_SIZE is \(expected), and"
        + " this network takes no other size -> give clips of \(expected) x \(expected), or set DATA.TRAIN_CROP_SIZE and"
        + " DATA.TEST_CROP_SIZE"
    case .noRoIHead:
      return "running the model: boxes were given, but this is a classification config (DETECTION.ENABLE is False)"
        + " -> leave the boxes out, or take one of configs/AVA, with weights trained on AVA"
    case .noClassificationHead:
      return "running the model: this config scores boxes (DETECTION.ENABLE is True), and none were given"
        + " -> give boxes"
    case .tooSmallForWindow(let map, let window):
      return "running the model: the head averages windows of \(window) x \(window) positions, the last map has \(map)"
        + " -> give larger pictures, or set DATA.TRAIN_CROP_SIZE to the crop size of training"
    }
  }
}

/// Runs a model that was built from a configuration.
///
/// - Throws: What `body` throws, but ``ModelRunError`` for a `VideoModelError`.
public func runningConfigured<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as VideoModelError {
    throw ModelRunError(error)
  }
}
