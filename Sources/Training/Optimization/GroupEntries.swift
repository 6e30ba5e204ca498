/// A value in a checkpoint's `param_groups`.
public enum GroupValue: Sendable, Equatable {
  case number(Double)
  case flag(Bool)
  /// A tuple of two numbers.
  case pair(Double, Double)
  /// A list of indices.
  case indices(Range<Int>)
  case none
}

/// An entry of a group in a checkpoint's `param_groups`.
public struct GroupEntry: Sendable, Equatable {
  public var name: String
  public var value: GroupValue

  public init(_ name: String, _ value: GroupValue) {
    self.name = name
    self.value = value
  }
}

extension Optimizer {
  /// What a checkpoint's `optimizer_state` has as `param_groups`, in PyTorch's order: the group's decays, its learning rate,
  /// the method's settings, the indices of its parameters.
  ///
  /// PyTorch takes these over when it resumes, in place of its configuration's.
  ///
  /// - Parameter learningRate: The schedule's, of the last step.
  public func groupEntries(learningRate: Double) -> [[GroupEntry]] {
    var start = 0
    return groups.map { group in
      let indices = start..<start + group.parameters.count
      start = indices.upperBound
      let lars = group.appliesLARS.map { [GroupEntry("apply_LARS", .flag($0))] } ?? []
      return [
        GroupEntry("weight_decay", .number(group.weightDecay)), GroupEntry("layer_decay", .number(group.layerDecay)),
      ] + lars + [GroupEntry("lr", .number(learningRate * group.layerDecay))] + method.groupEntries + [
        GroupEntry("params", .indices(indices))
      ]
    }
  }
}
