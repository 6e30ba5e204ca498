public import NN

/// What a pathway of a backbone sees of a clip, or of an input of another kind beside it.
public struct PathwayInput: Sendable, Equatable {
  /// How many channels a frame of it has.
  public var channels: Int
  /// Positions in time within the clip at the fast rate, or within the other input, ascending.
  public var frames: [Int]
  /// What the input of another kind is called, such as sound or optical flow; nil for the clip. Height and width are then
  /// that input's own.
  public var source: String?

  public init(channels: Int, frames: [Int], source: String? = nil) {
    self.channels = channels
    self.frames = frames
    self.source = source
  }
}

/// A network that makes feature maps of a clip, as a description: what it is, and how it is built from weights.
///
/// A backbone of one's own is one file that conforms to this; `docs/extending.md` adds one.
public protocol Backbone: Sendable {
  /// The frames of a clip at the fast rate, `DATA.NUM_FRAMES`.
  var frames: Int { get }

  /// What each pathway takes of the clip; one entry for networks with one pathway.
  var inputs: [PathwayInput] { get }

  /// The channels of each feature map.
  var featureChannels: [Int] { get }

  /// The channels of its maps, those of every stage and inside of the stages' blocks: a configuration of a network that is
  /// absurdly wide is refused before memory is taken for it. By default those of the feature maps.
  var stageChannels: [Int] { get }

  /// The pixels of the clip, along height and width, from one position of the feature maps to the next.
  var featureStride: Int { get }

  /// The parameters that it wants without weight decay in training: parts of their names, or whole names
  /// (PySlowFast's `no_weight_decay`); by default none.
  var namesWithoutDecay: [String] { get }

  /// Refuses clips of a size that the network does not take; by default none, as long as its kernels fit.
  func checkSize(height: Int, width: Int) throws(VideoModelError)

  /// Adds the network to a builder.
  ///
  /// - Parameters:
  ///   - inputs: One value per entry of ``inputs``: N, [frames, H, W], channels.
  /// - Returns: The feature maps, one per entry of ``featureChannels``.
  func build(_ builder: inout NetworkBuilder, _ inputs: [Value]) -> [Value]
}

extension Backbone {
  public var stageChannels: [Int] { featureChannels }
  public var namesWithoutDecay: [String] { [] }
  public func checkSize(height: Int, width: Int) throws(VideoModelError) {}
}
