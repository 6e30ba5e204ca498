/// A dense array of Float in C order.
///
/// A `Tensor` refers to its storage: copies of the value share the numbers.
public struct Tensor: Sendable {
  /// The extents, the slowest axis first.
  public let shape: [Int]
  /// The numbers, in C order.
  public let storage: Storage

  /// Makes a tensor of zeros.
  public init(zeros shape: [Int]) {
    self.shape = shape
    storage = Storage(count: shape.reduce(1, *))
  }

  /// Makes a tensor that holds anything, to be filled.
  public init(unfilled shape: [Int]) {
    self.shape = shape
    storage = Storage(count: shape.reduce(1, *), isZeroed: false)
  }

  /// Makes a tensor of the given values in C order; their count must be the shape's product.
  public init(_ shape: [Int], _ values: some Collection<Float>) {
    precondition(values.count == shape.reduce(1, *), "a tensor's values must fill its shape")
    self.init(zeros: shape)
    let target = storage.pointer
    // Element by element a slice of a large network's weights takes minutes.
    let wasCopied: Void? = values.withContiguousStorageIfAvailable { source in
      if let start = source.baseAddress { target.update(from: start, count: source.count) }
    }
    if wasCopied != nil { return }
    var index = 0
    for value in values {
      storage.pointer[index] = value
      index += 1
    }
  }

  /// How many numbers there are.
  public var count: Int { storage.count }

  /// The numbers in C order, for reading; valid as long as the storage lives.
  public var values: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: storage.pointer, count: count) }

  /// The numbers in C order, for writing; every copy of this value sees the change.
  public var mutableValues: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: storage.pointer, count: count)
  }

  /// The numbers in C order, copied.
  public var array: [Float] { Array(values) }

  /// The same numbers under another shape of equal size.
  public func reshaped(_ shape: [Int]) -> Tensor {
    precondition(shape.reduce(1, *) == count, "reshaping must keep the number of elements")
    return Tensor(shape: shape, storage: storage)
  }

  private init(shape: [Int], storage: Storage) {
    self.shape = shape
    self.storage = storage
  }
}

/// Writes a shape as in messages: "80x2304", or "scalar".
public func describe(shape: [Int]) -> String {
  shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: "x")
}
