internal import Tensors

/// Memory that each thread of a pool keeps for intermediate results: it grows to the largest need, so that a second
/// clip of the same size allocates nothing.
///
/// A slot belongs to the thread of its number while that thread runs a piece of a loop, the last one to a body that has
/// asked for it.
final class Scratch: @unchecked Sendable {
  private let slots: UnsafeMutableBufferPointer<Storage?>
  private var isShared = false

  init(threads: Int) {
    slots = .allocate(capacity: threads + 1)
    slots.initialize(repeating: nil)
  }

  deinit {
    slots.deinitialize()
    slots.deallocate()
  }

  /// At least `count` floats, aligned to 64 bytes, holding anything.
  func floats(_ count: Int, thread: Int) -> UnsafeMutablePointer<Float> { storage(count, thread: thread).pointer }

  /// Runs a body with the memory that is no thread's own, while no other thread may do so.
  func withShared<Result>(_ count: Int, _ body: (Storage) throws -> Result) rethrows -> Result {
    precondition(!isShared, "what was asked for shared scratch memory holds it already")
    isShared = true
    defer { isShared = false }
    return try body(storage(count, thread: slots.count - 1))
  }

  /// The same as what maps lie in.
  func storage(_ count: Int, thread: Int) -> Storage {
    if let slot = slots[thread], slot.count >= count { return slot }
    // The old one goes before the new one comes.
    slots[thread] = nil
    let made = Storage(count: count)
    slots[thread] = made
    return made
  }
}

/// Cuts a run of floats into aligned parts.
struct ScratchLayout {
  private(set) var count = 0

  /// The offset of the next part, on a cache line.
  mutating func add(_ floats: Int) -> Int {
    let offset = count
    count += (floats + 15) / 16 * 16
    return offset
  }
}
