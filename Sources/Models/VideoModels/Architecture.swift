/// A whole network: a backbone and the head on it.
public struct Architecture: Sendable {
  /// What makes features of a clip.
  public var backbone: any Backbone
  /// What makes scores of features.
  public var head: any Head

  /// Makes a model of its two parts.
  public init(backbone: any Backbone, head: any Head) {
    self.backbone = backbone
    self.head = head
  }

  /// The parameters that it wants without weight decay: parts of their names, or whole names.
  public var namesWithoutDecay: [String] { backbone.namesWithoutDecay }
}
