internal import AVARecords
internal import Files
internal import Tensors
internal import Wording

/// Which key frames a number stands for: those whose frames could be read. Numbers of others cannot be compared with it.
struct JudgedKeyFrames: Equatable, CustomStringConvertible {
  let count: Int
  /// All that there are, damaged ones too.
  let total: Int
  /// SHA-256 of what the key frames are.
  let sum: String

  var isWhole: Bool { count == total }

  /// "5 of 6 key frames".
  var words: String { "\(count) of \(counted(total, "key frame"))" }

  /// How many could not be read, of all; nil for none.
  var lacking: (count: Int, of: Int)? { isWhole ? nil : (total - count, total) }

  /// Whether what ``description`` was once is of all that there were.
  static func isWhole(_ description: String) -> Bool {
    let parts = description.split(separator: " ")
    return parts.count > 2 && parts[0] == parts[2]
  }

  /// The words of what ``description`` was once.
  static func words(of description: String) -> String {
    String(description.prefix { $0 != "," })
  }

  /// The same with what tells it from others that are as many.
  var description: String { "\(words), sha256 \(sum)" }

  init(count: Int, total: Int, sum: String) { (self.count, self.total, self.sum) = (count, total, sum) }

  init(_ keyFrames: [KeyFrame], of total: Int) {
    var found = Sum()
    for keyFrame in keyFrames { found.add(keyFrame) }
    self = found.finish(of: total)
  }

  /// Takes up one key frame after the other.
  struct Sum {
    private var sum = SHA256()
    private var count = 0

    mutating func add(_ keyFrame: KeyFrame) {
      sum.update("\(keyFrame)\n")
      count += 1
    }

    mutating func add(_ features: Tensor) { sum.update(UnsafeRawBufferPointer(features.values)) }

    func finish(of total: Int) -> JudgedKeyFrames {
      JudgedKeyFrames(count: count, total: total, sum: sum.finish())
    }
  }
}
