public import Clips
public import Configuration
internal import Imaging

extension ClipWindow {
  /// The clips of a configuration.
  public init(_ config: Configuration, isStill: Bool = false) {
    self.init(frames: config[.dataNumFrames], rate: config[.dataSamplingRate], isStill: isStill)
  }
}

extension View {
  /// The view of PySlowFast's test of a configuration: one, of the whole frame. `TestViews` has all that are tested.
  public init(_ config: Configuration) {
    self.init(shortSide: config[.dataTestCropSize], flip: config[.avaTestForceFlip])
  }
}

extension Preprocessing {
  /// The AVA test split's preprocessing of a configuration.
  ///
  /// - Parameter view: How the frame is seen; nil takes the configuration's own view.
  public init(_ config: Configuration, _ view: View? = nil) {
    // Images are BGR until AVA.BGR False turns them round; DATA.REVERSE_INPUT_CHANNEL turns them once more.
    let bgr = config[.avaBgr] != config[.dataReverseInputChannel]
    self.init(
      view: view ?? View(config),
      backend: Backend(ofAVA: config[.avaImgProcBackend]) ?? .cv2,
      mean: config[.dataMean].map { Float($0) }, std: config[.dataStd].map { Float($0) },
      order: bgr ? .bgr : .rgb)
  }
}
