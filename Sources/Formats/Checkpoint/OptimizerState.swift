public import Tensors

/// What the optimizer of a training keeps in a checkpoint: PyTorch's `optimizer_state`.
public struct OptimizerState: Sendable {
  /// A setting of a group.
  public enum Value: Sendable, Equatable {
    case number(Double)
    case flag(Bool)
    /// A tuple.
    case numbers([Double])
    /// A list.
    case indices([Int])
    case none
  }

  /// A group of parameters: its settings in their order, the last of them `params`, the indices of its parameters.
  public typealias Group = [(name: String, value: Value)]

  public var groups: [Group]
  /// By index, what is kept for a parameter: tensors of its shape, and `step` as a tensor without dimensions.
  public var parameters: [Int: [String: Tensor]]

  public init(groups: [Group], parameters: [Int: [String: Tensor]]) {
    self.groups = groups
    self.parameters = parameters
  }
}

/// An optimizer's state whose numbers still lie in the file.
struct RawOptimizerState: Sendable {
  var groups: [OptimizerState.Group] = []
  var tensors: [Int: [String: RawTensor]] = [:]
}

/// What a file has of an optimizer's state: nobody else than a training that goes on minds if it is unreadable.
enum StoredOptimizerState: Sendable {
  case absent
  case read(RawOptimizerState)
  case unreadable(String)
}

extension Unpickler {
  /// Reads what an optimizer kept.
  ///
  /// - Parameter storage: Finds the bytes of a torch storage in the file.
  mutating func optimizerState(
    in root: PickleGraph.Dictionary, storage: (PickleGraph.Storage) throws -> Range<Int>
  ) throws -> StoredOptimizerState {
    guard let value = root["optimizer_state"] else { return .absent }
    guard case .dictionary(let number) = value else {
      return .unreadable("expected a dictionary under 'optimizer_state', found \(graph.kind(value))")
    }
    let dictionary = graph.dictionaries[number]
    guard case .dictionary(let states)? = dictionary["state"], let list = dictionary["param_groups"],
      let groups = items(list)
    else { return .unreadable("expected 'state' and 'param_groups' in 'optimizer_state'") }
    var result = RawOptimizerState()
    for group in groups {
      guard case .dictionary(let number) = group else {
        return .unreadable("a group of 'param_groups' is \(graph.kind(group))")
      }
      result.groups.append(try settings(graph.dictionaries[number]))
    }
    for (index, value) in graph.dictionaries[states].numbered {
      guard case .dictionary(let number) = value else {
        return .unreadable("the state of parameter \(index) is \(graph.kind(value))")
      }
      let kept = graph.dictionaries[number]
      var tensors: [String: RawTensor] = [:]
      for (name, value) in zip(kept.keys, kept.values) {
        switch value {
        // SGD without momentum keeps None; PyTorch before 1.12 counted steps with plain numbers.
        case .none: break
        case .integer(let step): tensors[name] = .scalar(Float(step))
        case .float(let step): tensors[name] = .scalar(Float(step))
        default:
          switch try stateItem(name, value, storage: storage).content {
          case .success(let raw): tensors[name] = raw
          case .failure(let found):
            return .unreadable("'\(printable(name))' of parameter \(index) should be a tensor, found \(found.text)")
          }
        }
      }
      result.tensors[index] = tensors
    }
    return .read(result)
  }

  /// The settings of a group that are numbers, truths and lists of them; what else there is means nothing here.
  private mutating func settings(_ group: PickleGraph.Dictionary) throws -> OptimizerState.Group {
    var result: OptimizerState.Group = []
    for (name, value) in zip(group.keys, group.values) {
      switch value {
      case .none: result.append((name, .none))
      case .bool(let flag): result.append((name, .flag(flag)))
      case .integer(let number): result.append((name, .number(Double(number))))
      case .float(let number): result.append((name, .number(number)))
      case .list(let number), .tuple(let number):
        let items = graph.sequences[number].items
        try charge(items.count)
        let indices = items.compactMap { item -> Int? in if case .integer(let index) = item { index } else { nil } }
        if indices.count == items.count {
          result.append((name, .indices(indices)))
          continue
        }
        let numbers = items.compactMap { item -> Double? in
          switch item {
          case .integer(let number): return Double(number)
          case .float(let number): return number
          default: return nil
          }
        }
        if numbers.count == items.count { result.append((name, .numbers(numbers))) }
      default: break
      }
    }
    return result
  }
}
