internal import Tensors

/// Memory that each thread of a pool keeps for intermediate results: it grows to the largest need, so that a second
/// clip of the same size allocates nothing.
///
/// A slot belongs to the thread of its number while that thread runs a piece of a loop; the last one to whoever starts
/// the loops.
final class Scratch: @unchecked Sendable {
  private let slots: UnsafeMutableBufferPointer<Storage?>

  init(slots: Int) {
    self.slots = .allocate(capacity: slots)
    self.slots.initialize(repeating: nil)
  }

  deinit {
    slots.deinitialize()
    slots.deallocate()
  }

  /// At least `count` floats, aligned to 64 bytes, holding anything.
  func floats(_ count: Int, thread: Int) -> UnsafeMutablePointer<Float> { storage(count, thread: thread).pointer }

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
