internal import Wording

/// What a measurement of a clip was made of and on: what tells whether two of them can be compared.
public struct ClipSubject: Sendable, Equatable {
  /// The version of the program.
  public var program: String
  /// The network in words, see ``network(architecture:frames:convolutions:channels:classes:)``.
  public var network: String
  /// The kind of processor; nil where the system does not say.
  public var processor: String?

  public init(program: String, network: String, processor: String?) {
    self.program = program
    self.network = network
    self.processor = processor
  }

  /// Names a network by what decides its arithmetic: the same words for the same work, whatever the precision and the weights.
  ///
  /// - Parameters:
  ///   - architecture: MODEL.ARCH.
  ///   - frames: Of a clip at the fast rate.
  ///   - channels: Those of each map that the head scores.
  public static func network(
    architecture: String, frames: Int, convolutions: Int, channels: [Int], classes: Int
  ) -> String {
    let maps = channels.map { "\($0)" }.joined(separator: " + ")
    return "\(architecture), \(counted(frames, "frame")), \(counted(convolutions, "convolution")), "
      + "\(maps) channels, \(counted(classes, "class", plural: "classes"))"
  }
}
