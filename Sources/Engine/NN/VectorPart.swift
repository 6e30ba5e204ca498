public import Tensors

/// A part of the vectors that are added to tokens: rows of a table, which may be trained.
///
/// Row `first + number / divisor % count` of the table belongs to the vector of a number, `factor` times.
public struct VectorPart: Sendable {
  /// As many rows as need be, one after the other, of as many channels as the vectors have.
  let table: Tensor
  /// Whose value the table is; nil where it is not trained.
  let parameter: Parameter?
  private let first: Int
  private let divisor: Int
  private let count: Int
  private let factor: Float

  /// - Parameters:
  ///   - table: Rows, one after the other, of as many channels as the vectors have.
  ///   - parameter: Whose value the table is; nil where it is not trained.
  ///   - divisor: How many vectors after each other have one row.
  ///   - count: After how many rows they begin again.
  public init(
    _ table: Tensor, _ parameter: Parameter? = nil, first: Int = 0, divisor: Int = 1, count: Int, factor: Float = 1
  ) {
    self.table = table
    self.parameter = parameter
    self.first = first
    self.divisor = divisor
    self.count = count
    self.factor = factor
  }

  private func row(_ number: Int) -> Int { first + number / divisor % count }

  /// Writes the sums of several into a table [vectors, channels].
  static func fill(_ vectors: Tensor, _ parts: [VectorPart]) {
    let channels = vectors.shape[1]
    for number in 0..<vectors.shape[0] {
      let to = vectors.storage.pointer + number * channels
      to.update(repeating: 0, count: channels)
      for part in parts {
        let from = part.table.storage.pointer + part.row(number) * channels
        for c in 0..<channels { to[c] += part.factor * from[c] }
      }
    }
  }

  /// Adds the gradient of such vectors to those of the parameters.
  static func add(_ gradient: Tensor, to parts: [VectorPart]) {
    let channels = gradient.shape[1]
    for part in parts {
      guard let parameter = part.parameter, parameter.isTrained else { continue }
      for number in 0..<gradient.shape[0] {
        let from = gradient.storage.pointer + number * channels
        let to = parameter.gradient.storage.pointer + part.row(number) * channels
        for c in 0..<channels { to[c] += part.factor * from[c] }
      }
    }
  }
}

extension [VectorPart] {
  var parameters: [Parameter] { compactMap(\.parameter) }
  /// What has to be kept of them once they have been added up: all where one is trained.
  var kept: [VectorPart] { parameters.isEmpty ? [] : self }
}
