internal import Wording

/// What all ranks do together.
///
/// Every rank names memory of its own, which belongs to the group until the collective is done. All ranks begin the same
/// collectives, of the same sizes, in the same order.
public enum Collective: @unchecked Sendable {
  /// Each number becomes the sum of all ranks' numbers in its place.
  case sumOfFloats(UnsafeMutableBufferPointer<Float>)
  case sumOfDoubles(UnsafeMutableBufferPointer<Double>)
  /// All get the bytes of one rank.
  case broadcast(UnsafeMutableRawBufferPointer, root: Int)
  /// All get the bytes of all ranks, in the order of ranks: the second memory is as large as all firsts together.
  case gather(UnsafeRawBufferPointer, into: UnsafeMutableRawBufferPointer)
  /// Nobody goes on before all have come.
  case barrier
}

/// What a rank is about to do, told to all others before it is done, so that ranks that are out of step find out: MPI itself
/// would wait for ever, or add up what does not belong together.
struct Announcement: Hashable, Sendable {
  enum Kind: Int64 {
    case sumOfFloats, sumOfDoubles, broadcast, gather, barrier, end
  }

  static let end = Announcement(kind: .end, count: 0, root: 0, label: nil)

  let kind: Kind
  /// Numbers of a sum, bytes of a broadcast, or of each rank's share of a gather.
  let count: Int
  let root: Int
  let label: Int?

  init(kind: Kind, count: Int, root: Int, label: Int?) {
    self.kind = kind
    self.count = count
    self.root = root
    self.label = label
  }

  init(_ collective: Collective, label: Int?) {
    switch collective {
    case .sumOfFloats(let values): self.init(kind: .sumOfFloats, count: values.count, root: 0, label: label)
    case .sumOfDoubles(let values): self.init(kind: .sumOfDoubles, count: values.count, root: 0, label: label)
    case .broadcast(let bytes, let root): self.init(kind: .broadcast, count: bytes.count, root: root, label: label)
    case .gather(let bytes, _): self.init(kind: .gather, count: bytes.count, root: 0, label: label)
    case .barrier: self.init(kind: .barrier, count: 0, root: 0, label: label)
    }
  }

  // MARK: As numbers

  static let width = 4

  var numbers: [Int64] { [kind.rawValue, Int64(count), Int64(root), Int64(label ?? -1)] }

  /// - Parameter numbers: As many as `width`, written by another rank of this program.
  init?(_ numbers: some Collection<Int64>) {
    let numbers = Array(numbers)
    guard let kind = Kind(rawValue: numbers[0]) else { return nil }
    self.init(
      kind: kind, count: Int(numbers[1]), root: Int(numbers[2]), label: numbers[3] < 0 ? nil : Int(numbers[3]))
  }
}

extension Announcement: CustomStringConvertible {
  var description: String {
    let what =
      switch kind {
      case .sumOfFloats: "the sum of \(counted(count, "Float"))"
      case .sumOfDoubles: "the sum of \(counted(count, "Double"))"
      case .broadcast: "a broadcast of \(counted(count, "byte")) from rank \(root)"
      case .gather: "a gather of \(counted(count, "byte")) of each rank"
      case .barrier: "a barrier"
      case .end: "the end"
      }
    return label.map { "\(what), label \($0)" } ?? what
  }
}
