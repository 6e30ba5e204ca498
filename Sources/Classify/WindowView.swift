internal import Clips
internal import Configuration
internal import Imaging

/// How the windows of videos of one's own are seen: as the clips of tests of whole videos are, but for where they lie.
struct WindowView {
  /// In the middle of the frame; in as many crops as the call asks for, where it does. Configs have 3 for their tests.
  let views: [View]
  let clips: UniformClips
  let preprocessing: Preprocessing

  init(_ config: Configuration) {
    let key = Key.testNumSpatialCrops
    let crops = config.source(of: key) == .override ? config[key] : 1
    let size = config[.dataTestCropSize]
    // A crop that is larger than the short side for which the reference cuts it would be no square.
    let side = crops == 1 ? max(size, config[.dataTrainJitterScales][0]) : size
    let kinds = crops == 1 ? [View.Crop.centre(size)] : (0..<crops).map { View.Crop.square($0) }
    views = kinds.map { View(shortSide: side, crop: $0, position: .onward) }
    // Where clips lie in a test, and by which decoder's numbers, is no matter of windows.
    clips = UniformClips(
      frames: config[.dataNumFrames], rate: config[.dataSamplingRate], targetRate: config[.dataTargetFps],
      reachesEnd: false, decoder: .torchvision)
    // The networks of data sets of frame lists were trained on blue, green and red.
    let isBGR = ["charades", "ssv2"].contains(config[.testDataset].lowercased())
    func colours(_ key: Key<[Double]>) -> [Float] {
      let values = config[key].map { Float($0) }
      return isBGR ? values : values.reversed()
    }
    preprocessing = Preprocessing(
      view: views[0], backend: .pytorch, mean: colours(.dataMean), std: colours(.dataStd),
      order: config[.dataReverseInputChannel] == isBGR ? .rgb : .bgr)
  }

  /// What a run cuts out of videos.
  ///
  /// - Parameter isStill: Every clip is its middle frame over and over.
  func window(isStill: Bool) -> ClipWindow {
    ClipWindow(frames: clips.frames, rate: clips.rate, isStill: isStill, parts: clips)
  }
}
