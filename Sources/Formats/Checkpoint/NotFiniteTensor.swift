internal import Tensors
internal import Wording

/// A tensor that holds NaN or infinity, or what becomes infinity as Float.
public struct NotFiniteTensor: Error, Equatable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// As in ``Checkpoint/entries``.
  public let name: String
  /// How many of its numbers are not finite.
  public let count: Int
  /// How many it has.
  public let total: Int
  /// Where the first of them is, an index for each axis.
  public let first: [Int]

  /// The tensor, how many numbers, and where the first one is.
  public var description: String {
    let place = first.isEmpty ? "" : ", the first one at [\(first.map(String.init).joined(separator: ", "))]"
    return "'\(printable(name))' has NaN or infinity in \(grouped(count)) of \(counted(total, "number"))\(place)"
  }

  /// Nil where all numbers are finite.
  init?(_ tensor: Tensor, name: String, path: String) {
    let values = tensor.values
    let odd = values.reduce(0) { $0 &+ ($1.bitPattern & Self.exponent == Self.exponent ? 1 : 0) }
    guard odd > 0, let first = values.firstIndex(where: { !$0.isFinite }) else { return nil }
    self.path = path
    self.name = name
    count = odd
    total = values.count
    var (rest, index) = (first, [Int]())
    for size in tensor.shape.reversed() {
      index.insert(rest % size, at: 0)
      rest /= size
    }
    self.first = index
  }

  private static var exponent: UInt32 { 0x7F80_0000 }
}

extension Checkpoint {
  /// The tensors with numbers that are not finite, in the file's order. Reads all numbers of the file, once.
  ///
  /// - Parameter limit: How many are looked for.
  public func notFiniteTensors(limit: Int = .max) -> [NotFiniteTensor] {
    var found: [NotFiniteTensor] = []
    for entry in entries where entry.dtype.mayBeInfinite && found.count < limit {
      guard let tensor = try? tensor(entry.name) else { continue }
      if let odd = NotFiniteTensor(tensor, name: entry.name, path: path) { found.append(odd) }
    }
    return found
  }
}

extension ElementType {
  /// Whether it has NaN and infinity.
  fileprivate var mayBeInfinite: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64: true
    default: false
    }
  }
}
