internal import Glibc
internal import Wording

/// Parameters that share their weight decay and their share of the learning rate.
public struct ParameterGroup: Sendable, Equatable {
  public var weightDecay: Double
  /// What the learning rate is multiplied by.
  public var layerDecay: Double
  /// What a checkpoint's `param_groups` has as `apply_LARS`; nil where the group has no such entry, which LARS takes
  /// for true.
  public var appliesLARS: Bool?
  /// Places in the list of parameters, ascending.
  public var parameters: [Int]

  public init(weightDecay: Double, layerDecay: Double = 1, appliesLARS: Bool? = false, parameters: [Int]) {
    self.weightDecay = weightDecay
    self.layerDecay = layerDecay
    self.appliesLARS = appliesLARS
    self.parameters = parameters
  }
}

/// How parameters are grouped.
public struct GroupingOptions: Sendable, Equatable {
  /// Of everything but batch norm (`SOLVER.WEIGHT_DECAY`).
  public var weightDecay = 1e-4
  /// Of batch norm's weights and biases (`BN.WEIGHT_DECAY`).
  public var batchNormWeightDecay = 0.0
  /// Whether biases and all parameters of one dimension have no decay (`SOLVER.ZERO_WD_1D_PARAM`).
  public var hasZeroDecayFor1D = false
  /// What the network wants without decay. Without layer decay that is every parameter whose name has one of these as a
  /// part; with layer decay only one whose whole name is among them: PySlowFast matches in these two ways.
  public var namesWithoutDecay: [String] = []
  /// The factor of the learning rate from a block to the one before it (`SOLVER.LAYER_DECAY`), above 0 and at most 1;
  /// 1 is none.
  public var layerDecay = 1.0
  /// The number of blocks (`MVIT.DEPTH`); matters only with layer decay.
  public var depth = 16
  /// Whether LARS scales gradients (`SOLVER.LARS_ON`).
  public var isLARSOn = false

  public init() {}
}

/// Puts the parameters that are trained into groups.
///
/// Without layer decay there are up to three groups: batch norm, others, those without decay; a group without parameters
/// does not exist. With layer decay each layer has up to two, in the order in which their first parameters come: the layers
/// are the embeddings (0), the blocks (1 and on) and the rest (depth + 1), with the rate's factor
/// decay^(depth + 1 - layer).
///
/// The indices of a checkpoint's `optimizer_state` run through these groups, one after the other: ``optimizerOrder(_:)``.
///
/// Source: PySlowFast's construct_optimizer and get_param_groups.
///
/// - Parameter parameters: In the network's order, that of `model_state`.
/// - Throws: `badSetting` for a decay that cannot be; `batchNormWithLayerDecay` and `badBlock`.
public func parameterGroups(
  _ parameters: [OptimizedParameter], _ options: GroupingOptions
) throws(OptimizationError) -> [ParameterGroup] {
  for (key, decay) in [
    ("SOLVER.WEIGHT_DECAY", options.weightDecay), ("BN.WEIGHT_DECAY", options.batchNormWeightDecay),
  ] where !(decay >= 0 && decay.isFinite) {
    throw .badSetting(key: key, found: "\(decay)", expected: "0 or more", advice: "set 0 for none")
  }
  guard options.layerDecay > 0, options.layerDecay <= 1 else {
    throw .badSetting(
      key: "SOLVER.LAYER_DECAY", found: "\(options.layerDecay)", expected: "a number above 0 and up to 1",
      advice: "set 1 for none")
  }
  return options.layerDecay == 1 ? groupsByKind(parameters, options) : try groupsByLayer(parameters, options)
}

/// The places of the parameters in the list that was grouped, in the order of the optimizer's indices.
public func optimizerOrder(_ groups: [ParameterGroup]) -> [Int] { groups.flatMap(\.parameters) }

private func groupsByKind(_ parameters: [OptimizedParameter], _ options: GroupingOptions) -> [ParameterGroup] {
  let lars = options.isLARSOn
  var batchNorm = ParameterGroup(weightDecay: options.batchNormWeightDecay, appliesLARS: false, parameters: [])
  var others = ParameterGroup(weightDecay: options.weightDecay, appliesLARS: lars, parameters: [])
  var zeroDecay = ParameterGroup(weightDecay: 0, appliesLARS: lars, parameters: [])
  for (index, parameter) in parameters.enumerated() where parameter.isTrained {
    if parameter.isBatchNorm {
      batchNorm.parameters.append(index)
    } else if options.namesWithoutDecay.contains(where: { parameter.name.contains($0) })
      || hasZeroDecay(parameter, options)
    {
      zeroDecay.parameters.append(index)
    } else {
      others.parameters.append(index)
    }
  }
  return [batchNorm, others, zeroDecay].filter { !$0.parameters.isEmpty }
}

private func groupsByLayer(
  _ parameters: [OptimizedParameter], _ options: GroupingOptions
) throws(OptimizationError) -> [ParameterGroup] {
  struct Key: Hashable {
    let layer: Int
    let hasZeroDecay: Bool
  }
  if let found = parameters.first(where: \.isBatchNorm) { throw .batchNormWithLayerDecay(parameter: found.name) }
  var groups: [ParameterGroup] = []
  var places: [Key: Int] = [:]
  for (index, parameter) in parameters.enumerated() where parameter.isTrained {
    let key = Key(
      layer: try layer(of: parameter.name, depth: options.depth),
      hasZeroDecay: options.namesWithoutDecay.contains(parameter.name) || hasZeroDecay(parameter, options))
    if let place = places[key] {
      groups[place].parameters.append(index)
      continue
    }
    places[key] = groups.count
    groups.append(
      ParameterGroup(
        weightDecay: key.hasZeroDecay ? 0 : options.weightDecay,
        layerDecay: pow(options.layerDecay, Double(options.depth + 1 - key.layer)), appliesLARS: nil,
        parameters: [index]))
  }
  return groups
}

private func hasZeroDecay(_ parameter: OptimizedParameter, _ options: GroupingOptions) -> Bool {
  options.hasZeroDecayFor1D && (parameter.shape.count == 1 || parameter.name.hasSuffix(".bias"))
}

/// The layer whose learning rate a parameter has.
private func layer(of name: String, depth: Int) throws(OptimizationError) -> Int {
  if ["cls_token", "mask_token"].contains(name) || name.hasPrefix("pos_embed") || name.hasPrefix("patch_embed") {
    return 0
  }
  guard name.hasPrefix("blocks") else { return depth + 1 }
  let parts = name.split(separator: ".", omittingEmptySubsequences: false)
  guard parts.count > 1, let block = Int(parts[1]), 0..<depth ~= block else {
    throw .badBlock(parameter: name, depth: depth)
  }
  return block + 1
}
