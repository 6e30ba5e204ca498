internal import Tensors

/// Memory that clips are written into, used again once nobody holds the clip before.
///
/// A clip takes tens of megabytes, which the system would have to clear page by page each time.
///
/// Not to be used by two threads at once; clips may be let go of by any.
public final class ClipStorage {
  private var storages: [Storage] = []

  public init() {}

  /// Memory for so many floats, with anything in it.
  func take(_ count: Int) -> Storage {
    // Clips of one size follow each other: memory of another size is of no more use.
    storages.removeAll { $0.count != count }
    for index in storages.indices where isKnownUniquelyReferenced(&storages[index]) { return storages[index] }
    storages.append(Storage(count: count))
    return storages[storages.count - 1]
  }
}
