internal import CMPI

/// A collective on its way through MPI. Used by MPI's thread alone.
///
/// First all ranks tell what they are about to do; then, if they agree, they do it.
final class MPITask {
  /// The most numbers or bytes of one call of MPI, which counts them with 32 bits.
  static let largest = 1 << 28

  let announcement: Announcement
  let pending: PendingCollective
  private let collective: Collective?
  private let size: Int
  private let own: UnsafeMutableBufferPointer<Int64>
  private let all: UnsafeMutableBufferPointer<Int64>
  private var requests: [slowfast_mpi_request] = []

  /// - Parameter collective: nil at the end.
  init(_ announcement: Announcement, _ collective: Collective?, _ pending: PendingCollective, size: Int) {
    self.announcement = announcement
    self.collective = collective
    self.pending = pending
    self.size = size
    own = .allocate(capacity: Announcement.width)
    all = .allocate(capacity: Announcement.width * size)
    _ = own.initialize(fromContentsOf: announcement.numbers)
    all.initialize(repeating: -1)
  }

  deinit {
    own.deallocate()
    all.deallocate()
  }

  /// Begins to tell.
  ///
  /// - Returns: MPI's code of an error, or 0.
  func announce() -> Int32 {
    let bytes = Int32(own.count * MemoryLayout<Int64>.size)
    return begin {
      slowfast_mpi_begin_gather(own.baseAddress!, bytes, all.baseAddress!, slowfast_mpi_announcements, $0)
    }
  }

  /// What is wrong with what all ranks have told.
  var disagreement: ProcessGroupError? {
    let told = (0..<size).map { Announcement(all[$0 * Announcement.width..<($0 + 1) * Announcement.width]) }
    // What cannot be read was written by another version of this program.
    return Collectives.disagreement(told.map { $0 ?? Announcement(kind: .end, count: -1, root: 0, label: nil) })
  }

  /// Begins to do it.
  ///
  /// - Returns: MPI's code of an error, or 0.
  func start() -> Int32 {
    switch collective {
    case .sumOfFloats(let values):
      return pieces(values.count) { slowfast_mpi_begin_sum_floats(values.baseAddress! + $0.lowerBound, $1, $2) }
    case .sumOfDoubles(let values):
      return pieces(values.count) { slowfast_mpi_begin_sum_doubles(values.baseAddress! + $0.lowerBound, $1, $2) }
    case .broadcast(let bytes, let root):
      return pieces(bytes.count) {
        slowfast_mpi_begin_broadcast(bytes.baseAddress! + $0.lowerBound, $1, Int32(root), $2)
      }
    case .gather(let bytes, let all):
      if bytes.isEmpty { return 0 }
      return begin {
        slowfast_mpi_begin_gather(
          bytes.baseAddress!, Int32(bytes.count), all.baseAddress!, slowfast_mpi_values, $0)
      }
    case .barrier, nil:
      // All have told that they are here.
      return 0
    }
  }

  /// Asks MPI how far it is, which is also what moves it.
  ///
  /// - Returns: MPI's code of an error, or 0; and whether all that was begun is done.
  func test() -> (code: Int32, isDone: Bool) {
    while var request = requests.last {
      var isDone: Int32 = 0
      let code = slowfast_mpi_test(&request, &isDone)
      if code != 0 || isDone == 0 { return (code, false) }
      requests.removeLast()
    }
    return (0, true)
  }

  private func begin(_ body: (UnsafeMutablePointer<slowfast_mpi_request>) -> Int32) -> Int32 {
    var request = slowfast_mpi_request()
    let code = body(&request)
    requests.append(request)
    return code
  }

  private func pieces(
    _ count: Int, _ body: (Range<Int>, Int32, UnsafeMutablePointer<slowfast_mpi_request>) -> Int32
  ) -> Int32 {
    for start in stride(from: 0, to: count, by: Self.largest) {
      let range = start..<min(count, start + Self.largest)
      let code = begin { body(range, Int32(range.count), $0) }
      if code != 0 { return code }
    }
    return 0
  }
}
