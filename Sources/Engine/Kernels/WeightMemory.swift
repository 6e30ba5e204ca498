internal import Synchronization
internal import Tensors

/// Memory for packed weights, many layers' in one piece: only pieces of several megabytes lie in large pages, and a clip
/// reads all weights once, from memory.
///
/// What is given out is never taken back: a piece goes when the last weights in it go.
final class WeightMemory: Sendable {
  /// A part of a piece, which it keeps.
  struct Part: Sendable {
    private let piece: Storage
    private let offset: Int

    fileprivate init(_ piece: Storage, offset: Int) {
      self.piece = piece
      self.offset = offset
    }

    var pointer: UnsafeMutablePointer<Float> { piece.pointer + offset }
  }

  /// 32 MB, of which less than an eighth stays free; what is not used of the last piece takes no memory.
  private static let pieceFloats = 8 << 20
  /// 4 MB: more than this has large pages of its own.
  private static let largestPart = 1 << 20

  private struct State {
    var piece: Storage?
    var used = 0
  }

  private let state = Mutex(State())

  /// Zeros, aligned to 64 bytes, with room for a register after them.
  func zeros(_ count: Int) -> Part {
    let wanted = (count + 31) / 16 * 16
    if wanted > Self.largestPart { return Part(Storage(count: count), offset: 0) }
    return state.withLock { state in
      if let piece = state.piece, state.used + wanted <= piece.count {
        defer { state.used += wanted }
        return Part(piece, offset: state.used)
      }
      let piece = Storage(count: Self.pieceFloats)
      (state.piece, state.used) = (piece, wanted)
      return Part(piece, offset: 0)
    }
  }
}
