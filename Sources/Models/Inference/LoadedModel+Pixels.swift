public import Clips
public import Configuration
internal import Imaging
public import Kernels
internal import ModelZoo

extension PixelScale {
  /// Of the pixels of a configuration, or of those that the weights were trained on; nil where 0 is none of them.
  init?(_ config: Configuration, _ peer: PeerPixels?) {
    func numbers(_ key: Key<[Double]>, _ peer: [Double]?) -> [Float] {
      ((config.isGiven(key) ? nil : peer) ?? config[key]).map { Float($0) }
    }
    self.init(mean: numbers(.dataMean, peer?.mean), std: numbers(.dataStd, peer?.std))
  }
}

extension LoadedModel {
  /// What integers stand for in clips of a configuration; nil where 0 is no pixel.
  public func pixelScale(_ config: Configuration) -> PixelScale? { PixelScale(config, pixels) }

  /// The preprocessing of a configuration, with the pixels that the weights were trained on.
  ///
  /// Keys that the call gives as KEY VALUE stay as given.
  public func preprocessing(_ config: Configuration) -> Preprocessing { adapted(Preprocessing(config), config) }

  /// A preprocessing that was made of a configuration, with the pixels that the weights were trained on.
  public func adapted(_ own: Preprocessing, _ config: Configuration) -> Preprocessing {
    var preprocessing = own
    guard let pixels else { return preprocessing }
    // Means of a preprocessing are those of the BGR image.
    if !config.isGiven(.dataMean) { preprocessing.mean = pixels.mean.reversed().map { Float($0) } }
    if !config.isGiven(.dataStd) { preprocessing.std = pixels.std.reversed().map { Float($0) } }
    if !config.isGiven(.avaBgr), !config.isGiven(.dataReverseInputChannel) { preprocessing.order = .rgb }
    return preprocessing
  }
}

/// What is said of pixels that are normalised otherwise than the configuration says.
func pixelNotices(_ peer: PeerNetwork, _ config: Configuration) -> [String] {
  guard let pixels = peer.pixels else { return [] }
  let own = Preprocessing(config)
  func isSame(_ a: [Double], _ b: [Float]) -> Bool {
    a.count == b.count && zip(a.reversed(), b).allSatisfy { abs(Float($0) - $1) < 1e-6 }
  }
  // What order a test of whole videos has is its data set's to say.
  let isOrdered = own.order == .rgb || !config[.detectionEnable]
  if isSame(pixels.mean, own.mean), isSame(pixels.std, own.std), isOrdered { return [] }
  let given = [
    (config.isGiven(.dataMean), "DATA.MEAN"), (config.isGiven(.dataStd), "DATA.STD"),
    (config.isGiven(.avaBgr) || config.isGiven(.dataReverseInputChannel), "the order of the channels"),
  ].filter(\.0).map(\.1)
  func text(_ numbers: [Double]) -> String {
    "[" + numbers.map { "\(Double(Int(($0 * 1000).rounded())) / 1000)" }.joined(separator: ", ") + "]"
  }
  let exceptions = given.isEmpty ? "" : ", except what the call gives: \(given.joined(separator: ", "))"
  return [
    "pixels are those of \(peer.library): RGB of 0 to 1, mean \(text(pixels.mean)), std \(text(pixels.std)), instead of "
      + "the config's\(exceptions)"
  ]
}

extension Configuration {
  fileprivate func isGiven<Content: Sendable>(_ key: Key<Content>) -> Bool { source(of: key) == .override }
}
