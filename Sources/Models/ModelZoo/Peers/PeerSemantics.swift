public import VideoModels

/// What a library's network does otherwise than a configuration of PySlowFast says, or may say.
///
/// The values that a configuration has keys for are held against it; the others no configuration can express.
public struct PeerSemantics: Sendable {
  /// Of a head that scores boxes.
  public struct Boxes: Sendable, Equatable {
    public var aligned: Bool
    public var resolution: Int
    public var frames = FramePooling.mean
    public var hasContext = false
    /// The width of a layer before the classifier.
    public var hidden: Int?
    /// By how much boxes grow before RoIAlign.
    public var boxExtension: BoxExtension?

    public init(aligned: Bool, resolution: Int) {
      self.aligned = aligned
      self.resolution = resolution
    }

    /// Its RoIAlign in words.
    var words: String { "RoIAlign of \(resolution)x\(resolution) with aligned \(aligned ? "True" : "False")" }
  }

  /// Of a head that scores clips.
  public struct Clips: Sendable, Equatable {
    /// The mean over the whole map, whatever its size, where PySlowFast scores windows of it.
    public var averagesWholeMaps = false
    public var joinsLastFirst = false

    public init() {}
  }

  public var boxes: Boxes?
  public var clips = Clips()
  /// nil: it is PySlowFast's.
  public var backbone: (any PeerBackbone)?
  public var pixels: PeerPixels?

  public init() {}

  /// What PySlowFast's own network of any configuration does not, in words; without it the file can be carried there.
  var strangers: [String] { strangers(butOfClips: false) }

  /// - Parameter isLenient: Whether the mean over whole maps goes without saying.
  func strangers(butOfClips isLenient: Bool) -> [String] {
    (backbone?.strangers ?? []) + strangersOfHead(butOfClips: isLenient)
  }

  /// Those of the head.
  var strangersOfHead: [String] { strangersOfHead(butOfClips: false) }

  private func strangersOfHead(butOfClips isLenient: Bool) -> [String] {
    var words: [String] = []
    if boxes?.frames == .maximum { words.append("the maximum over the frames before RoIAlign") }
    if boxes?.hasContext == true { words.append("features of the whole map beside those of each box") }
    if boxes?.hidden != nil { words.append("a classifier of two layers") }
    if let grown = boxes?.boxExtension {
      func percent(_ share: Float) -> String { "\(Int((share * 100).rounded())) %" }
      words.append("boxes wider by \(percent(grown.width)) and higher by \(percent(grown.height)) before RoIAlign")
    }
    if clips.joinsLastFirst { words.append("a classifier that takes the fast features first") }
    if clips.averagesWholeMaps, !isLenient { words.append("scores of the mean over the whole map") }
    return words
  }

  /// All that the head is asked to do, in words; none where any will do.
  var wordsOfHead: [String] { (boxes.map { [$0.words] } ?? []) + strangersOfHead }
}
