import Files
import JSON
import Optimization
import Parallel
import Tensors
import TestSupport

/// The recorded cases of training.
let trainingGolden = (sharedFolder ?? "") + "/golden/training/"
let hasGolden = sharedFolder != nil

let onePool = WorkerPool(threads: 1)

/// Reads a JSON file of the recorded cases.
func readGolden(_ name: String) throws -> JSONValue {
  try JSONReader.read(readFile(trainingGolden + name, doing: "reading a golden case"))
}

extension JSONValue {
  var double: Double {
    guard case .number(let number) = self else { return .nan }
    return number.double
  }

  var int: Int { Int(double) }

  var string: String {
    guard case .string(let string) = self else { return "" }
    return string
  }

  var isTrue: Bool { self == .bool(true) }

  var doubles: [Double] { values.map(\.double) }

  var ints: [Int] { values.map(\.int) }

  var members: [JSONMember] {
    guard case .object(let members) = self else { return [] }
    return members
  }

  /// Numbers of any nesting, in C order.
  var floats: [Float] {
    if case .array(let values) = self { return values.flatMap(\.floats) }
    return [Float(double)]
  }

  /// A rectangular array as a tensor [rows, columns].
  var rows: Tensor { Tensor([values.count, values.first?.values.count ?? 0], floats) }
}

/// Compares two numbers; nil when they agree to a share of the larger.
func relativeDifference(_ found: Double, _ expected: Double, _ share: Double, _ about: String = "") -> String? {
  if found == expected || abs(found - expected) <= share * max(abs(found), abs(expected)) { return nil }
  return "\(found), expected \(expected) \(about)"
}

/// Compares two lists of numbers in the same way.
func relativeDifference(_ found: [Double], _ expected: [Double], _ share: Double, _ about: String = "") -> String? {
  if found.count != expected.count { return "\(found.count) numbers, expected \(expected.count) \(about)" }
  return zip(found, expected).enumerated().lazy.compactMap { index, pair in
    relativeDifference(pair.0, pair.1, share, "at [\(index)] \(about)")
  }.first
}

/// Repeatable numbers from -1 to 1.
func drawn(_ shape: [Int], seed: UInt64, _ low: Double = -1, _ high: Double = 1) -> Tensor {
  var random = SeededGenerator(seed: seed)
  return Tensor(shape, (0..<shape.reduce(1, *)).map { _ in Float(random.uniform(low, high)) })
}

/// What a body throws, as text; nil for nothing.
func refusal(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return "\(error)"
  }
}
