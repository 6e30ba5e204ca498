/// A whole network: a backbone and the head on it.
public struct Architecture: Sendable {
  public var backbone: any Backbone
  public var head: any Head

  public init(backbone: any Backbone, head: any Head) {
    self.backbone = backbone
    self.head = head
  }

  /// The parameters that it wants without weight decay: parts of their names, or whole names.
  public var namesWithoutDecay: [String] { backbone.namesWithoutDecay }
}
