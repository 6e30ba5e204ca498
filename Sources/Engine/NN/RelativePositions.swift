internal import Kernels
public import Tensors

/// Learned vectors for the distances between queries and keys, axis by axis: a logit grows by the query's products with
/// the vectors of the distances in height, in width and in time.
///
/// Source: Li et al., "MViTv2: Improved Multiscale Vision Transformers for Classification and Detection", 2022; which row
/// belongs to a distance, as PySlowFast has it.
public struct RelativePositions: Sendable {
  /// [distances, channels of a head]; nil for an axis without positions.
  public let height: Tensor?
  public let width: Tensor?
  public let time: Tensor?
  /// The tables that are trained: height, width, time.
  private let trained: [Parameter?]

  public init(height: Tensor?, width: Tensor?, time: Tensor?) {
    self.height = height
    self.width = width
    self.time = time
    trained = [nil, nil, nil]
  }

  /// Positions that are trained.
  public init(height: Parameter?, width: Parameter?, time: Parameter?) {
    self.height = height?.value
    self.width = width?.value
    self.time = time?.value
    trained = [height, width, time]
  }

  var parameters: [Parameter] { trained.compactMap(\.self) }

  /// That of height, width or time; nil where it is not trained.
  func parameter(_ axis: Int) -> Parameter? { trained[axis] }

  /// Height, width, time.
  var tables: [Tensor?] { [height, width, time] }

  /// Stretches a table [rows, channels] to another number of rows: linear, between the rows' middles.
  ///
  /// Source: PyTorch's linear interpolation with corners that are not aligned.
  public static func stretched(_ table: Tensor, to rows: Int) -> Tensor {
    let (count, channels) = (table.shape[0], table.shape[1])
    if count == rows { return table }
    let result = Tensor(zeros: [rows, channels])
    let scale = Float(count) / Float(rows)
    for row in 0..<rows {
      let place = max(0, (Float(row) + 0.5) * scale - 0.5)
      let first = min(count - 1, Int(place))
      let second = min(count - 1, first + 1)
      let share = place - Float(first)
      for c in 0..<channels {
        let (a, b) = (table.values[first * channels + c], table.values[second * channels + c])
        result.mutableValues[row * channels + c] = (1 - share) * a + share * b
      }
    }
    return result
  }

  /// Adds the gradient of a stretched table to that of the table.
  static func addUnstretched(_ gradient: Tensor, to table: Tensor) {
    let channels = table.shape[1]
    let taps =
      gradient.shape[0] == table.shape[0]
      ? nil : PositionResizing.linear.taps(from: table.shape[0], to: gradient.shape[0])
    for row in 0..<gradient.shape[0] {
      let from = gradient.storage.pointer + row * channels
      for tap in taps?[row] ?? [PositionResizing.Tap(place: row, weight: 1)] {
        let to = table.storage.pointer + tap.place * channels
        for c in 0..<channels { to[c] += tap.weight * from[c] }
      }
    }
  }

  /// The rows of a table for one axis.
  struct Rows {
    /// Of 2 x the longer side - 1 rows.
    let table: Tensor
    private let queryStep: Float
    private let keyStep: Float
    private let shift: Float

    /// - Parameters:
    ///   - queries: Places of queries along the axis.
    ///   - keys: Places of keys.
    init(_ table: Tensor, queries: Int, keys: Int) {
      self.table = RelativePositions.stretched(table, to: 2 * max(queries, keys) - 1)
      // In float32, and the last one rounded from Double: where steps are fractions the last bit may decide on the row.
      let (queryRatio, keyRatio) = (
        max(Double(keys) / Double(queries), 1), max(Double(queries) / Double(keys), 1)
      )
      queryStep = Float(queryRatio)
      keyStep = Float(keyRatio)
      shift = Float(Double(keys - 1) * keyRatio)
    }

    func index(_ query: Int, _ key: Int) -> Int {
      Int(Float(query) * queryStep - Float(key) * keyStep + shift)
    }

    /// Where the vector of a query and a key lies.
    func vector(_ query: Int, _ key: Int) -> UnsafePointer<Float> {
      UnsafePointer(table.storage.pointer) + index(query, key) * table.shape[1]
    }
  }

  /// The rows for height, width and time.
  func rows(queries: Extent3, keys: Extent3) -> [Rows?] {
    let lengths = [(queries.h, keys.h), (queries.w, keys.w), (queries.t, keys.t)]
    return zip(tables, lengths).map { table, lengths in
      table.map { Rows($0, queries: lengths.0, keys: lengths.1) }
    }
  }
}
