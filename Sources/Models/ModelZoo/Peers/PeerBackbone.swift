public import VideoModels

/// What a library's backbone, as a file holds it, does otherwise than PySlowFast's of the same family.
public protocol PeerBackbone: Sendable {
  associatedtype OwnBackbone: Backbone

  /// Makes of a configuration's backbone the library's own.
  ///
  /// - Throws: `PeerError` for a configuration that it cannot be made of.
  func adapt(_ backbone: inout OwnBackbone, _ adaptation: inout PeerAdaptation) throws(PeerError)

  /// What PySlowFast's backbone of no configuration does, in words.
  var strangers: [String] { get }

  /// Adds the values and remarks that the file's network asks for.
  func describe(_ network: inout Recognition, of peer: PeerNetwork)

  /// Those of the described keys that a configuration must have where the weights' names no longer tell whose they are.
  var decisiveKeys: [String] { get }

  /// Makes PySlowFast's tensors of the library's, which have PySlowFast's names already.
  func becomePySlowFast(_ weights: inout NamedWeights)
}

extension PeerBackbone {
  public var strangers: [String] { [] }
  public func describe(_ network: inout Recognition, of peer: PeerNetwork) {}
  public var decisiveKeys: [String] { [] }
  public func becomePySlowFast(_ weights: inout NamedWeights) {}

  /// Adapts an architecture of its family; others stay as they are.
  ///
  /// - Returns: Whether it is one.
  func adapt(in architecture: inout Architecture, _ adaptation: inout PeerAdaptation) throws(PeerError) -> Bool {
    guard var backbone = architecture.backbone as? OwnBackbone else { return false }
    try adapt(&backbone, &adaptation)
    architecture.backbone = backbone
    return true
  }
}
