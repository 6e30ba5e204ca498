internal import NN
public import Tensors
public import VideoModels
internal import Wording

/// The layers of a network that can be looked at, by PySlowFast's names of its modules.
public struct NamedLayers {
  /// What a module makes.
  public struct Layer: Sendable {
    /// With points: `s5.pathway0_res2`, `s1.pathway0_stem.conv`; stages are `s5.p0`, a transformer's blocks `blocks.3.p0`.
    public let name: String
    /// The pathway that its map lies over, from 0.
    public let pathway: Int
    public let channels: Int
    /// N x [T, H, W] of the last forward pass.
    public let extent: Extent3
    let value: Value
  }

  public let layers: [Layer]

  /// - Parameter model: After a forward pass.
  public init(_ model: TrainableModel) {
    layers = model.network.named.compactMap { name, value in
      model.map(of: value).map { map in
        Layer(
          name: name, pathway: Self.pathway(name), channels: map.channels, extent: map.extent, value: value)
      }
    }
  }

  /// The layer of a name.
  ///
  /// - Parameter name: As PySlowFast writes it (`s5/pathway0_res2`) or with points; `module/` before it is passed over, and
  ///   `.p0` may be left out.
  /// - Throws: `LayerError`.
  public func layer(_ name: String) throws(LayerError) -> Layer {
    var dotted = name.replacing("/", with: ".")
    if dotted.hasPrefix("module.") { dotted.removeFirst("module.".count) }
    if let found = layers.first(where: { $0.name == dotted || $0.name == dotted + ".p0" }) { return found }
    if let later = ofFusedNormalization(dotted) { throw .unknown(name, nearest: [later], inside: []) }
    let inside = layers.filter { $0.name.hasPrefix(dotted + ".") || $0.name.hasPrefix(dotted + "_") }.map(\.name)
    throw .unknown(
      name, nearest: Self.nearest(to: dotted, among: layers.map(\.name)), inside: Array(inside.prefix(5)))
  }

  /// The layer that a normalisation is one with, where it has no map of its own: the ReLU or the block's sum after it.
  private func ofFusedNormalization(_ name: String) -> String? {
    guard name.hasSuffix("bn") else { return nil }
    let block = name.firstRange(of: ".branch2.").map { String(name[..<$0.lowerBound]) }
    return [name.dropLast(2) + "relu", block].compactMap(\.self).first { name in layers.contains { $0.name == name } }
  }

  /// The names that an unknown one may stand for: of its own stage (`s4`) where one is like it, else of all.
  ///
  /// - Parameters:
  ///   - name: With points, as the candidates.
  ///   - candidates: Names of layers or of what they multiply with.
  public static func nearest(to name: String, among candidates: [String]) -> [String] {
    func stage(_ name: String) -> String { String(name.lowercased().prefix { $0.isLetter || $0.isNumber }) }
    let siblings = candidates.filter { stage($0) == stage(name) }
    let found = allNearest(to: name, among: siblings)
    return Array((found.isEmpty ? allNearest(to: name, among: candidates) : found).prefix(10))
  }

  /// The last map of every pathway, before anything averages it: what Grad-CAM looks at usually.
  ///
  /// - Throws: `LayerError.noMap`.
  public func last(pathways: Int) throws(LayerError) -> [Layer] {
    var found: [Layer] = []
    for pathway in 0..<pathways {
      guard
        let layer = layers.last(where: {
          $0.name.hasSuffix(".p\(pathway)") && $0.extent.h * $0.extent.w > 1
        })
      else { throw .noMap(pathway: pathway) }
      found.append(layer)
    }
    return found
  }

  /// The pathway that a name is of.
  private static func pathway(_ name: String) -> Int {
    name.split(separator: ".").lazy.compactMap { part -> Int? in
      if part.hasPrefix("pathway") { return Int(part.dropFirst(7).prefix { $0.isNumber }) }
      return part.hasPrefix("p") ? Int(part.dropFirst()) : nil
    }.first ?? 0
  }
}

/// What is wrong with a layer that is asked for.
public enum LayerError: Error, Equatable, CustomStringConvertible {
  case unknown(String, nearest: [String], inside: [String])
  case noMap(pathway: Int)
  case onePosition(String)

  public var description: String {
    switch self {
    case .unknown(let name, let near, let inside):
      let advice =
        !inside.isEmpty
        ? "give one of the layers in it, such as \(series(inside, "or"))"
        : near.isEmpty ? "see --list-layers for all of them" : "did you mean \(series(near, "or"))?"
      return "looking at layers: the network has no layer '\(name)' -> \(advice)"
    case .noMap(let pathway):
      return "looking at layers: pathway \(pathway) has no map of positions that a score depends on"
        + " -> name a layer (--list-layers shows them)"
    case .onePosition(let name):
      return "looking at layers: '\(name)' is a map of one position, which no heat map can be made of"
        + " -> name an earlier layer (--list-layers shows them)"
    }
  }
}
