internal import NN
internal import Tensors
internal import VideoModels

/// What a library's network does otherwise than a configuration of PySlowFast says, or may say.
///
/// The values that a configuration has keys for are held against it; the others no configuration can express.
struct PeerSemantics: Sendable, Equatable {
  /// The stride and, by pathway, the dilation of res5.
  struct LastStage: Sendable, Equatable {
    var stride: Int
    var dilations: [Int]
  }

  /// Of a head that scores boxes.
  struct Boxes: Sendable, Equatable {
    var aligned: Bool
    var resolution: Int
    var frames = FramePooling.mean
    var hasContext = false
    /// The width of a layer before the classifier.
    var hidden: Int?
  }

  /// Of a head that scores clips.
  struct Clips: Sendable, Equatable {
    /// The mean over the whole map, whatever its size, where PySlowFast scores windows of it.
    var averagesWholeMaps = false
    var joinsLastFirst = false
  }

  struct NonLocal: Sendable, Equatable {
    var pool: Extent3
    var attention: Attention
    var poolsConvolved: Bool
    var hasOutputBias: Bool
  }

  var lastStage: LastStage?
  var boxes: Boxes?
  var clips = Clips()
  /// Of the pathways that flow into each other.
  var isFusionBare = false
  var slowFrames = ResNetBackbone.SlowFrames.spread
  /// `SLOWFAST.ALPHA`, where the file says so.
  var alpha: Int?
  /// Whether time is pooled by two after res2; nil where the library's networks never are.
  var poolsTime: Bool?
  var nonLocal: NonLocal?
  /// Of X3D.
  var normalisesFirstShortcut = true
  var pixels: PeerPixels?

  /// What PySlowFast's own network of any configuration does not, in words; without it the file can be carried there.
  var strangers: [String] { strangers(butOfClips: false) }

  /// - Parameter isLenient: Whether the mean over whole maps goes without saying.
  func strangers(butOfClips isLenient: Bool) -> [String] {
    var words: [String] = []
    if isFusionBare { words.append("lateral convolutions without normalisation and ReLU") }
    if slowFrames == .strided { words.append("slow frames that are the first of every SLOWFAST.ALPHA") }
    if boxes?.frames == .maximum { words.append("the maximum over the frames before RoIAlign") }
    if boxes?.hasContext == true { words.append("features of the whole map beside those of each box") }
    if boxes?.hidden != nil { words.append("a classifier of two layers") }
    if let nonLocal, nonLocal.poolsConvolved, nonLocal.pool != .one {
      words.append("non-local blocks that pool after their convolutions")
    }
    if clips.joinsLastFirst { words.append("a classifier that takes the fast features first") }
    if clips.averagesWholeMaps, !isLenient { words.append("scores of the mean over the whole map") }
    return words
  }
}
