internal import Synchronization

/// Memory that was mapped and is used again: a training maps and frees the same sizes in every step, and the kernel takes
/// longer to clear pages than to fill them with zeros.
public final class FreedMappings: Sendable {
  /// The one of the process.
  public static let shared = FreedMappings()
  private struct State {
    /// The most bytes that are kept; none unless a training asks for it.
    var limit = 0
    var bytes = 0
    var byLength: [Int: [UInt]] = [:]
  }
  private let state = Mutex(State())

  /// Keeps memory that is freed from now on, up to a number of bytes.
  public func keep(atMost bytes: Int) {
    state.withLock { $0.limit = max($0.limit, bytes) }
  }

  /// Whether anything is kept.
  var isOn: Bool { state.withLock { $0.limit > 0 } }

  func keep(_ mapping: UnsafeMutableRawBufferPointer) -> Bool {
    let address = UInt(bitPattern: mapping.baseAddress)
    let length = mapping.count
    return state.withLock { state in
      guard state.bytes + length <= state.limit else { return false }
      state.bytes += length
      state.byLength[length, default: []].append(address)
      return true
    }
  }

  func take(_ length: Int) -> UnsafeMutableRawPointer? {
    let address = state.withLock { state -> UInt? in
      guard let address = state.byLength[length]?.popLast() else { return nil }
      state.bytes -= length
      return address
    }
    return address.flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
  }
}
