internal import Wording

/// Which of several equal processes this one is, as the engine that started them says in the environment.
public struct ArrayTask: Equatable, Sendable {
  public let shard: Shard
  /// The variables that say so, with their values.
  public let source: String

  /// Asks all engines that are known here.
  ///
  /// - Parameter count: How many parts there are, where the call says so; numbers of tasks are then counted from 0.
  /// - Returns: Nil where no engine says anything.
  /// - Throws: `ArrayTaskError` where they contradict each other, or say too little.
  public static func find(in environment: [String: String], count: Int? = nil) throws(ArrayTaskError) -> ArrayTask? {
    var found: [ArrayTask] = []
    for engine in engines {
      if let task = try engine.task(in: environment, count: count) { found.append(task) }
    }
    if let first = found.first, found.contains(where: { $0.shard != first.shard }) {
      throw .contradiction(found.map { "\($0.source) means \($0.shard)" })
    }
    return found.first
  }

  /// The names of all variables that are looked at.
  public static var variables: [String] { engines.flatMap(\.variables) }

  /// Those that number a task.
  static var numbers: [String] { engines.map(\.index) }

  private static let engines = [
    Engine(
      index: "SLURM_ARRAY_TASK_ID", count: "SLURM_ARRAY_TASK_COUNT", first: "SLURM_ARRAY_TASK_MIN",
      last: "SLURM_ARRAY_TASK_MAX", step: "SLURM_ARRAY_TASK_STEP"),
    Engine(index: "JOB_COMPLETION_INDEX", count: "JOB_COMPLETION_COUNT"),
    Engine(index: "OMPI_COMM_WORLD_RANK", count: "OMPI_COMM_WORLD_SIZE"),
    Engine(index: "RANK", count: "WORLD_SIZE"),
  ]

  /// The variables of one engine.
  private struct Engine {
    let index: String
    let count: String
    /// The least number of a task, the largest, and the distance of two, where tasks need not be counted from 0.
    var first: String?
    var last: String?
    var step: String?

    var variables: [String] { [index, count] + [first, last, step].compactMap(\.self) }

    func task(in environment: [String: String], count given: Int?) throws(ArrayTaskError) -> ArrayTask? {
      guard let number = try value(index, environment) else { return nil }
      if let given {
        guard let shard = Shard(number, of: given) else {
          throw .outside("\(index) \(number)", count: given)
        }
        return ArrayTask(shard: shard, source: "\(index) \(number)")
      }
      guard let total = try value(count, environment) else {
        throw .noCount(index: "\(index) \(number)", count: count)
      }
      let first = try self.first.map { name throws(ArrayTaskError) in try value(name, environment) ?? 0 } ?? 0
      let step = try max(1, self.step.map { name throws(ArrayTaskError) in try value(name, environment) ?? 1 } ?? 1)
      let last = try self.last.map { name throws(ArrayTaskError) in try value(name, environment) } ?? nil
      let source = "\(index) \(number) and \(count) \(total)" + (first == 0 ? "" : ", counted from \(first)")
      let isRegular = last.map { ($0 - first) / step + 1 == total && ($0 - first) % step == 0 } ?? true
      guard isRegular, number >= first, (number - first) % step == 0 else { throw .irregular(source) }
      guard let shard = Shard((number - first) / step, of: total) else { throw .outside(source, count: total) }
      return ArrayTask(shard: shard, source: source)
    }

    private func value(_ name: String, _ environment: [String: String]) throws(ArrayTaskError) -> Int? {
      guard let text = environment[name], !text.isEmpty else { return nil }
      guard let value = wholeNumber(text) else { throw .noNumber(name: name, text: text) }
      return value
    }
  }
}

/// Why the environment does not say which part of a run is to be done.
public enum ArrayTaskError: Error, Equatable, CustomStringConvertible {
  /// Nothing is said at all.
  case none
  case noNumber(name: String, text: String)
  case noCount(index: String, count: String)
  case outside(String, count: Int)
  case irregular(String)
  case contradiction([String])

  public var description: String {
    let advice = "-> give --shard I/N, I from 0"
    return switch self {
    case .none:
      "--shard auto: none of \(listed(ArrayTask.numbers)) is set \(advice)"
    case .noNumber(let name, let text): "--shard auto: \(name) is '\(text)', expected a number from 0 \(advice)"
    case .noCount(let index, let count):
      "--shard auto: \(index) is set and \(count) is not -> set \(count) to the number of tasks, or give it: --shard auto/N"
    case .outside(let source, let count): "--shard auto: \(source) is none of 0 to \(count - 1) \(advice)"
    case .irregular(let source):
      "--shard auto: \(source): the numbers of the array's tasks have gaps, so they do not tell which part is whose "
        + "-> start the array as 0-(N-1), or count its numbers from 0 yourself: --shard auto/N"
    case .contradiction(let sources):
      "--shard auto: \(sources.joined(separator: ", ")) \(advice)"
    }
  }
}
