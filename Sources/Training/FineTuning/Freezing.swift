internal import NN
public import VideoModels

/// What of a network stays as it is.
public enum Freezing: Sendable, Equatable, CustomStringConvertible {
  /// All but the head.
  case backbone
  /// The first so many stages: of ResNets and X3D s1 to s5 with what fuses pathways behind them, of transformers patches and
  /// blocks.
  case stages(Int)

  public var description: String {
    switch self {
    case .backbone: "backbone"
    case .stages(let count): "stages \(count)"
    }
  }

  /// Freezes parameters, and the statistics of the batch norms among them.
  ///
  /// - Throws: `FineTuningError.noSuchStages`, `.unknownStages`.
  public func apply(to model: TrainableModel) throws(FineTuningError) {
    if case .stages(let count) = self {
      var last = 0
      for parameter in model.parameters where !Self.isOfHead(parameter.name) {
        last = max(last, try Self.stage(of: parameter.name) ?? 0)
      }
      guard (1...max(1, last)).contains(count) else { throw .noSuchStages(count, stages: last) }
    }
    func isFrozen(_ name: String) throws(FineTuningError) -> Bool {
      if Self.isOfHead(name) { return false }
      switch self {
      case .backbone: return true
      case .stages(let count): return try Self.stage(of: name).map { $0 <= count } ?? false
      }
    }
    for parameter in model.parameters where try isFrozen(parameter.name) {
      parameter.isTrained = false
    }
    for running in model.statistics where try isFrozen(running.name) { running.isFrozen = true }
  }

  private static func isOfHead(_ name: String) -> Bool { name.hasPrefix(Projection.headPrefix) }

  /// The stage of a tensor or module, from 1; 0 for what stands before all stages, nil for what stands behind them.
  private static func stage(of name: String) throws(FineTuningError) -> Int? {
    let parts = name.split(separator: ".")
    guard let first = parts.first else { throw .unknownStages(parameter: name) }
    if first == "blocks", parts.count > 1, let block = Int(parts[1]) { return block + 1 }
    let module = first.hasSuffix("_fuse") ? first.dropLast(5) : first
    if module.first == "s", let stage = Int(module.dropFirst()) { return stage }
    if first.hasPrefix("patch_embed") || first.hasPrefix("pos_embed") || first == "cls_token" { return 0 }
    if first == "norm_stem" { return 0 }
    // The last norm of a transformer.
    if first.hasPrefix("norm") || first.hasPrefix("fc_norm") { return nil }
    throw .unknownStages(parameter: name)
  }
}
