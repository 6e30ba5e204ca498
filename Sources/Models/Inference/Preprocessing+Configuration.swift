public import Clips
public import Configuration
internal import Imaging

extension ClipWindow {
  /// The clips of a configuration.
  public init(_ config: Configuration, isStill: Bool = false) {
    self.init(frames: config[.dataNumFrames], rate: config[.dataSamplingRate], isStill: isStill)
  }
}

extension Preprocessing {
  /// The AVA test split's preprocessing of a configuration.
  public init(_ config: Configuration) {
    // Pictures are BGR until AVA.BGR False turns them round; DATA.REVERSE_INPUT_CHANNEL turns them once more.
    let bgr = config[.avaBgr] != config[.dataReverseInputChannel]
    self.init(
      shortSide: config[.dataTestCropSize],
      backend: config[.avaImgProcBackend] == "pytorch" ? .pytorch : .cv2,
      mean: config[.dataMean].map { Float($0) }, std: config[.dataStd].map { Float($0) },
      order: bgr ? .bgr : .rgb, flip: config[.avaTestForceFlip])
  }
}
