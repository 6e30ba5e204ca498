internal import Glibc

/// Float memory aligned to 64 bytes (one cache line, one AVX-512 register), zeroed when made.
///
/// Sharing is by reference: whoever writes while others read must know that they are the only one.
public final class Storage: @unchecked Sendable {
  public let pointer: UnsafeMutablePointer<Float>
  public let count: Int

  public init(count: Int) {
    self.count = count
    var raw: UnsafeMutableRawPointer?
    // One extra vector, so that a kernel may load a whole register at the last element.
    let bytes = (max(count, 1) * 4 + 63) / 64 * 64 + 64
    guard posix_memalign(&raw, 64, bytes) == 0, let raw = raw else {
      // Nothing that could throw reaches this far up, and a trap would print a backtrace instead of a reason.
      let text = "Error: out of memory: \(bytes >> 20) MB more were needed -> use smaller pictures or clips\n"
      _ = Array(text.utf8).withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
      exit(1)
    }
    memset(raw, 0, bytes)
    pointer = raw.bindMemory(to: Float.self, capacity: bytes / 4)
  }

  deinit { free(pointer) }
}

/// The machine's memory in bytes, for refusing what can never fit.
public func physicalMemoryBytes() -> Int {
  let pages = sysconf(Int32(_SC_PHYS_PAGES))
  return pages > 0 ? Int(pages) * Int(sysconf(Int32(_SC_PAGESIZE))) : Int.max
}

/// A dense array of Float in C order.
///
/// A `Tensor` refers to its storage: copies of the value share the numbers.
public struct Tensor: Sendable {
  public let shape: [Int]
  public let storage: Storage

  /// Makes a tensor of zeros.
  public init(zeros shape: [Int]) {
    self.shape = shape
    storage = Storage(count: shape.reduce(1, *))
  }

  /// Makes a tensor of the given values in C order; their count must be the shape's product.
  public init(_ shape: [Int], _ values: some Collection<Float>) {
    precondition(values.count == shape.reduce(1, *), "a tensor's values must fill its shape")
    self.init(zeros: shape)
    var index = 0
    for value in values {
      storage.pointer[index] = value
      index += 1
    }
  }

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
