internal import Tensors

/// Memory that clips are written into, used again once nobody holds the clip before.
///
/// A clip takes tens of megabytes, which the system would have to clear page by page each time. Clips of several sizes
/// share the memory: there are never more pieces than clips under way, each of at most the largest clip's size.
///
/// Not to be used by two threads at once; clips may be let go of by any.
public final class ClipStorage {
  private var storages: [Storage] = []

  public init() {}

  /// Memory for so many floats or more, with anything in it.
  func take(_ count: Int) -> Storage {
    let free = storages.indices.filter { isKnownUniquelyReferenced(&storages[$0]) }
    let fitting = free.filter { storages[$0].count >= count }.min { storages[$0].count < storages[$1].count }
    if let fitting { return storages[fitting] }
    // What is free is too small: it goes before more comes, so that no piece lies idle.
    for index in free.reversed() { storages.remove(at: index) }
    storages.append(Storage(count: count))
    return storages[storages.count - 1]
  }
}
