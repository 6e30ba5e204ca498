internal import Files
internal import Glibc
internal import Parallel
internal import Tensors

/// A tensor as it lies in a file: number format, place, shape and strides. Nothing is read until `load`.
struct RawTensor: Sendable {
  /// Where the numbers are.
  enum Bytes: Sendable {
    /// Bytes of the mapped file.
    case file(Range<Int>)
    /// UTF-8 text in the file whose characters are the bytes (a byte string that Python 3 pickled for Python 2).
    case latin1Text(Range<Int>, count: Int)
    /// Bytes that had to be decoded while parsing (quoted strings of pickle protocol 0).
    case owned([UInt8])

    var count: Int {
      switch self {
      case .file(let range): return range.count
      case .latin1Text(_, let count): return count
      case .owned(let bytes): return bytes.count
      }
    }
  }

  let type: ElementType
  let source: Bytes
  /// Index of the first element, in elements.
  let start: Int
  let shape: [Int]
  /// In elements.
  let strides: [Int]

  /// The number of elements.
  var count: Int { shape.reduce(1, *) }

  /// Describes a view and checks that all of it lies inside its source.
  ///
  /// - Parameter limit: The most elements that are believable; strides of 0 could claim any number.
  /// - Returns: The view, or what is wrong with it.
  static func checked(
    _ type: ElementType, _ source: Bytes, start: Int = 0, shape: [Int], strides: [Int]? = nil, limit: Int
  ) -> Result<RawTensor, UnreadableTensor> {
    guard shape.count <= 64 else { return .failure("\(shape.count) dimensions, more than 64") }
    guard shape.allSatisfy({ $0 >= 0 }) else { return .failure("a negative size in the shape \(shape)") }
    guard let extent = product(shape.map { max($0, 1) }), extent <= max(limit, 1) else {
      return .failure("the shape \(shape), which is too large for its file")
    }
    let strides = strides ?? contiguousStrides(shape)
    guard strides.count == shape.count else {
      return .failure("\(shape.count) sizes with \(strides.count) strides")
    }
    guard start >= 0, strides.allSatisfy({ $0 >= 0 }) else { return .failure("a negative offset or stride") }
    if !shape.contains(0) {
      var last = start
      for (size, stride) in zip(shape, strides) {
        let (step, overflow1) = (size - 1).multipliedReportingOverflow(by: stride)
        let (sum, overflow2) = last.addingReportingOverflow(step)
        guard !overflow1, !overflow2 else { return .failure("offset and strides that overflow") }
        last = sum
      }
      guard last < source.count / type.size else {
        let held = source.count / type.size
        let need = "\(last) + 1 elements of \(type)"
        return .failure("shape \(shape), strides \(strides), offset \(start) need \(need), the storage has \(held)")
      }
    }
    // A stride along one element is never used; files may hold anything there.
    let used = zip(shape, strides).map { $0 > 1 ? $1 : 0 }
    return .success(RawTensor(type: type, source: source, start: start, shape: shape, strides: used))
  }

  /// A single number, that has no place in a file.
  static func scalar(_ number: Float) -> RawTensor {
    let bits = number.bitPattern
    return RawTensor(
      type: .float32, source: .owned((0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt32($0))) }), start: 0,
      shape: [], strides: [])
  }

  /// Strides of C order.
  static func contiguousStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.reversed().dropFirst() { strides[axis] = strides[axis + 1] &* shape[axis + 1] }
    return strides
  }

  /// Strides of Fortran order.
  static func fortranStrides(_ shape: [Int]) -> [Int] { contiguousStrides(shape.reversed()).reversed() }

  /// The same elements under another shape; only dimensions of size 1 may come or go.
  func squeezed(to shape: [Int]) -> RawTensor {
    let kept = zip(self.shape, strides).filter { $0.0 != 1 }.map { $0.1 }
    var next = 0
    let strides = shape.map { size -> Int in
      if size == 1 { return 1 }
      defer { next += 1 }
      return kept[next]
    }
    return RawTensor(type: type, source: source, start: start, shape: shape, strides: strides)
  }

  /// The same elements without the first of the first axis; nil where there is none.
  var withoutFirstRow: RawTensor? {
    guard let rows = shape.first, rows > 0 else { return nil }
    return RawTensor(
      type: type, source: source, start: rows > 1 ? start + strides[0] : start, shape: [rows - 1] + shape.dropFirst(),
      strides: strides)
  }

  /// Reads the numbers as Float in C order.
  func load(_ file: MappedFile, on pool: WorkerPool? = nil) -> Tensor {
    switch source {
    case .file(let range):
      let tensor = load(UnsafeRawBufferPointer(rebasing: file.bytes[range]), on: pool)
      // Weights are read once, and would be in memory twice.
      if isContiguous {
        let first = range.lowerBound + start * type.size
        file.release(first..<first + tensor.count * type.size)
      }
      return tensor
    case .owned(let bytes): return bytes.withUnsafeBytes { load($0, on: pool) }
    case .latin1Text(let range, let count):
      var bytes: [UInt8] = []
      bytes.reserveCapacity(count)
      _ = file.decodeLatin1(range) { bytes.append($0) }
      return bytes.withUnsafeBytes { load($0, on: pool) }
    }
  }

  private func load(_ bytes: UnsafeRawBufferPointer, on pool: WorkerPool?) -> Tensor {
    let tensor = Tensor(unfilled: shape)
    if tensor.count == 0 { return tensor }
    switch type {
    case .float32 where isContiguous:
      let (from, to) = (bytes.baseAddress! + start * 4, UnsafeMutableRawPointer(tensor.storage.pointer))
      let (total, part) = (4 * tensor.count, 1 << 20)
      let pieces = (total + part - 1) / part
      func copy(_ piece: Int) {
        memcpy(to + piece * part, from + piece * part, min(part, total - piece * part))
      }
      if let pool { pool.forEach(pieces, copy) } else { for piece in 0..<pieces { copy(piece) } }
    case .float32: copy(bytes, tensor) { (number: Float) in number }
    case .float16: copy(bytes, tensor) { (bits: UInt16) in Float(Float16(bitPattern: bits)) }
    case .bfloat16: copy(bytes, tensor) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    case .float64: copy(bytes, tensor) { (number: Double) in Float(number) }
    case .int8: copy(bytes, tensor) { (number: Int8) in Float(number) }
    case .int16: copy(bytes, tensor) { (number: Int16) in Float(number) }
    case .int32: copy(bytes, tensor) { (number: Int32) in Float(number) }
    case .int64: copy(bytes, tensor) { (number: Int64) in Float(number) }
    case .uint8: copy(bytes, tensor) { (number: UInt8) in Float(number) }
    case .uint16: copy(bytes, tensor) { (number: UInt16) in Float(number) }
    case .uint32: copy(bytes, tensor) { (number: UInt32) in Float(number) }
    case .uint64: copy(bytes, tensor) { (number: UInt64) in Float(number) }
    case .bool: copy(bytes, tensor) { (byte: UInt8) in byte == 0 ? 0 : 1 }
    }
    return tensor
  }

  @inline(__always)
  private func copy<Number: BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ tensor: Tensor, _ convert: (Number) -> Float
  ) {
    let size = MemoryLayout<Number>.size
    let output = tensor.mutableValues
    if isContiguous {
      for index in output.indices {
        output[index] = convert(bytes.loadUnaligned(fromByteOffset: (start + index) * size, as: Number.self))
      }
      return
    }
    var position = [Int](repeating: 0, count: shape.count)
    var element = start
    for index in output.indices {
      output[index] = convert(bytes.loadUnaligned(fromByteOffset: element * size, as: Number.self))
      var axis = shape.count - 1
      while axis >= 0 {
        position[axis] += 1
        element += strides[axis]
        if position[axis] < shape[axis] { break }
        element -= shape[axis] * strides[axis]
        position[axis] = 0
        axis -= 1
      }
    }
  }

  private var isContiguous: Bool {
    var expected = 1
    for (size, stride) in zip(shape, strides).reversed() where size != 1 {
      if stride != expected { return false }
      expected *= size
    }
    return true
  }
}

/// Why something in a file cannot serve as a tensor.
struct UnreadableTensor: Error, ExpressibleByStringInterpolation {
  let text: String
  init(stringLiteral value: String) { text = value }
}

/// Multiplies sizes; nil when the product does not fit.
func product(_ sizes: [Int]) -> Int? {
  var result = 1
  for size in sizes {
    let (next, overflow) = result.multipliedReportingOverflow(by: size)
    if overflow { return nil }
    result = next
  }
  return result
}
