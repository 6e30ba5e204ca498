internal import Glibc

/// Float memory aligned to 64 bytes (one cache line, one AVX-512 register), zeroed when made.
///
/// Large memory comes from the kernel in pages of 2 MB where it gives them: kernels walk over activations with large
/// strides, and small pages would cost a look-up in the page tables at every step.
///
/// Sharing is by reference: whoever writes while others read must know that they are the only one.
public final class Storage: @unchecked Sendable {
  /// The first number, valid as long as the storage lives.
  public let pointer: UnsafeMutablePointer<Float>
  /// How many floats there are.
  public let count: Int
  /// What was mapped, where the memory does not come from the heap.
  private let mapping: UnsafeMutableRawBufferPointer?

  /// - Parameter isZeroed: Whether it must be zeros: not where every number is written before it is read.
  public init(count: Int, isZeroed: Bool = true) {
    self.count = count
    // One extra vector, so that a kernel may load a whole register at the last element.
    let bytes = (max(count, 1) * 4 + 63) / 64 * 64 + 64
    // What is written at once is short-lived: memory of the heap, which stays mapped from one such piece to the next.
    if bytes >= 2 * hugePage, isZeroed || FreedMappings.shared.isOn, let mapped = map(bytes, isZeroed: isZeroed) {
      mapping = mapped.mapping
      pointer = mapped.start.bindMemory(to: Float.self, capacity: bytes / 4)
      return
    }
    mapping = nil
    var raw: UnsafeMutableRawPointer?
    guard posix_memalign(&raw, 64, bytes) == 0, let raw = raw else {
      // Nothing that could throw reaches this far up, and a trap would print a backtrace instead of a reason.
      let text = "Error: out of memory: \(bytes >> 20) MB more were needed -> use smaller pictures or clips\n"
      _ = Array(text.utf8).withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
      exit(1)
    }
    if isZeroed { memset(raw, 0, bytes) }
    pointer = raw.bindMemory(to: Float.self, capacity: bytes / 4)
  }

  deinit {
    guard let mapping else { return free(pointer) }
    if !FreedMappings.shared.keep(mapping) { munmap(mapping.baseAddress, mapping.count) }
  }
}

private let hugePage = 2 << 20

/// Maps memory that starts on a large page; the kernel zeroes pages when they are first touched.
private func map(
  _ bytes: Int, isZeroed: Bool
) -> (mapping: UnsafeMutableRawBufferPointer, start: UnsafeMutableRawPointer)? {
  let length = bytes + hugePage
  let kept = FreedMappings.shared.take(length)
  let raw = kept ?? mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
  guard let raw, raw != MAP_FAILED else { return nil }
  let start = UnsafeMutableRawPointer(bitPattern: (UInt(bitPattern: raw) + UInt(hugePage) - 1) & ~UInt(hugePage - 1))!
  if kept != nil {
    if isZeroed { memset(start, 0, bytes) }
    return (UnsafeMutableRawBufferPointer(start: raw, count: length), start)
  }
  // Advice only: without large pages everything works as well, if slower.
  madvise(start, bytes, 14 /* MADV_HUGEPAGE */)
  return (UnsafeMutableRawBufferPointer(start: raw, count: length), start)
}

/// The machine's memory in bytes, for refusing what can never fit.
public func physicalMemoryBytes() -> Int {
  let pages = sysconf(Int32(_SC_PHYS_PAGES))
  return pages > 0 ? Int(pages) * Int(sysconf(Int32(_SC_PAGESIZE))) : Int.max
}
