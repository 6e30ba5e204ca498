public import Clips
public import Configuration
internal import Imaging

extension ClipWindow {
  /// The clips of a configuration.
  public init(_ config: Configuration, isStill: Bool = false) {
    self.init(frames: config.int("DATA.NUM_FRAMES"), rate: config.int("DATA.SAMPLING_RATE"), isStill: isStill)
  }
}

extension View {
  /// The one view of a configuration's test.
  public init(_ config: Configuration) {
    self.init(shortSide: config.int("DATA.TEST_CROP_SIZE"), flip: config.bool("AVA.TEST_FORCE_FLIP"))
  }
}

extension Preprocessing {
  /// The AVA test split's preprocessing of a configuration.
  ///
  /// - Parameter view: How the frame is seen; nil takes the configuration's own view.
  public init(_ config: Configuration, _ view: View? = nil) {
    // Pictures are BGR until AVA.BGR False turns them round; DATA.REVERSE_INPUT_CHANNEL turns them once more.
    let bgr = config.bool("AVA.BGR") != config.bool("DATA.REVERSE_INPUT_CHANNEL")
    self.init(
      view: view ?? View(config),
      backend: config.string("AVA.IMG_PROC_BACKEND") == "pytorch" ? .pytorch : .cv2,
      mean: config.doubles("DATA.MEAN").map { Float($0) }, std: config.doubles("DATA.STD").map { Float($0) },
      order: bgr ? .bgr : .rgb)
  }
}
