import Configuration
import Testing

/// Which keys a computation asks for.
@Suite struct AskedKeyTests {
  @Test func valuesAndSourcesAreNoted() throws {
    var config = Configuration.defaults
    try config.apply(overrides: ["DATA.NUM_FRAMES", "16"])
    let asked = config.keysAsked {
      #expect($0[.dataNumFrames] == 16 && $0.source(of: .slowfastAlpha) == .fallback)
      _ = $0.cite(.modelArch)
    }
    #expect(asked == ["DATA.NUM_FRAMES", "SLOWFAST.ALPHA", "MODEL.ARCH"])
    // What is asked elsewhere is none of its business.
    #expect(config.keysAsked { _ in _ = config[.dataNumFrames] }.isEmpty)
  }

  /// Which keys are asked for may depend on values.
  @Test func whatIsNotReachedIsNotNoted() throws {
    func read(_ config: Configuration) -> Int {
      config[.detectionEnable] ? config[.detectionRoiXformResolution] : config[.dataTrainCropSize]
    }
    var config = Configuration.defaults
    #expect(config.keysAsked { _ = read($0) } == ["DETECTION.ENABLE", "DATA.TRAIN_CROP_SIZE"])
    try config.apply(overrides: ["DETECTION.ENABLE", "True"])
    #expect(config.keysAsked { _ = read($0) } == ["DETECTION.ENABLE", "DETECTION.ROI_XFORM_RESOLUTION"])
  }

  private struct Failure: Error {}

  @Test func errorsPass() {
    #expect(throws: Failure.self) { _ = try Configuration.defaults.keysAsked { _ in throw Failure() } }
  }
}
