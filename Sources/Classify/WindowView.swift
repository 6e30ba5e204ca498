internal import Clips
internal import Configuration
internal import Imaging
internal import Video

/// How the windows of videos of one's own are seen: as the clips of tests of whole videos are, but for where they lie.
struct WindowView {
  /// Those that classification's weights were trained with.
  static let colours = ColourConversion.plain

  /// In the middle of the frame; in as many crops as the call asks for, where it does. Configs have 3 for their tests.
  let views: [View]
  let clips: UniformClips
  let preprocessing: Preprocessing

  /// - Throws: `ClassificationError` for a `DATA.IN_VAL_CROP_RATIO` that is none.
  init(_ config: Configuration) throws(ClassificationError) {
    let key = Key.testNumSpatialCrops
    let crops = config.source(of: key) == .override ? config[key] : 1
    // As the data set that the configuration is of has its frames.
    let dataset = ClipDatasets.type(config) ?? Kinetics.self
    let size = config[.dataTestCropSize]
    var (side, kinds) = (size, (0..<crops).map { View.Crop.square($0) })
    if crops == 1 {
      // A crop that is larger than the short side for which the reference cuts it would be no square.
      let middle =
        dataset.name == ImageNet.name
        ? try ImageNet.middle(config)
        : (try? dataset.middle(config)) ?? View(shortSide: size, crop: .centre(size))
      (side, kinds) = (middle.shortSide, [middle.crop])
    }
    views = kinds.map { View(shortSide: side, crop: $0, position: .onward) }
    // Where clips lie in a test, and by which decoder's numbers, is no matter of windows.
    clips = UniformClips(
      frames: config[.dataNumFrames], rate: config[.dataSamplingRate], targetRate: Double(config[.dataTargetFps]),
      reachesEnd: false, decoder: .torchvision)
    preprocessing = dataset.preprocessing(config, views[0])
  }

  /// What a run cuts out of videos.
  ///
  /// - Parameter isStill: Every clip is its middle frame over and over.
  func window(isStill: Bool) -> ClipWindow {
    ClipWindow(frames: clips.frames, rate: clips.rate, isStill: isStill, parts: clips)
  }
}
