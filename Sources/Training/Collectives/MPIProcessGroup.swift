internal import Glibc

/// Processes that a launcher of MPI started, on one machine or several.
///
/// A process has one such group in its life. Its collectives go on while the process computes, on a thread of their own.
public final class MPIProcessGroup: ProcessGroup {
  public let rank: Int
  public let size: Int
  public let localRank: Int
  public let localSize: Int
  public let carrier: String
  private let thread: MPIThread

  private init(_ started: MPIThread.Started, _ thread: MPIThread, localRank: Int = 0, localSize: Int = 1) {
    (rank, size, carrier) = (started.rank, started.size, started.library)
    (self.localRank, self.localSize) = (localRank, localSize)
    self.thread = thread
  }

  /// Waits for all ranks.
  ///
  /// - Parameter files: The library's file, or what to try, instead of that of the launcher's family.
  /// - Throws: `ProcessGroupError`.
  static func join(_ launcher: MPILauncher, files: [String]?) throws -> MPIProcessGroup {
    let thread = MPIThread()
    let started = try thread.run(launcher, files: files)
    let machines = try MPIProcessGroup(started, thread).allGather(machineIdentity())
    let neighbours = machines.indices.filter { machines[$0] == machines[started.rank] }
    return MPIProcessGroup(
      started, thread, localRank: neighbours.firstIndex(of: started.rank)!, localSize: neighbours.count)
  }

  public func begin(_ collective: Collective, label: Int?) -> PendingCollective {
    thread.begin(Announcement(collective, label: label), collective)
  }

  public func abort(_ error: any Error) {
    // The launcher ends a rank that still waits for its turn, as soon as another one has said what was wrong.
    signal(SIGTERM, SIG_DFL)
    let isOfAllRanks = (error as? ProcessGroupError)?.isOfAllRanks == true
    giveWay(to: rank)
    // What all ranks have the first one says, however long the launcher takes to end the others.
    if !isOfAllRanks || rank == 0 {
      say("Error: " + (isOfAllRanks || size == 1 ? "" : "rank \(rank) of \(size): ") + "\(error)\n")
    }
    // MPICH's launcher drops what it has not passed on when it is told to end the job.
    usleep(500_000)
    thread.abort()
    // MPI ends this process, unless its thread is stuck in a call.
    sleep(10)
    _exit(1)
  }

  public func end() throws { try thread.begin(.end, nil).wait() }
}

/// Waits, on higher ranks longer: where all ranks have an error, the first has ended the job when the others would print it, too.
private func giveWay(to rank: Int) { usleep(UInt32(min(rank, 3)) * 1_000_000) }

/// Prints to standard error at once.
private func say(_ text: String) {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { write(2, $0.baseAddress!, $0.count) }
    if count <= 0 { return }
    bytes = bytes.dropFirst(count)
  }
}

/// What processes of one machine have in common, containers or not: the start of its kernel.
private func machineIdentity() -> String {
  var bytes = [UInt8](repeating: 0, count: 256)
  let file = open("/proc/sys/kernel/random/boot_id", O_RDONLY)
  if file >= 0 {
    defer { close(file) }
    let count = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress!, $0.count) }
    if count > 0 { return String(decoding: bytes.prefix(count), as: UTF8.self) }
  }
  bytes.withUnsafeMutableBytes { _ = gethostname($0.baseAddress!, $0.count - 1) }
  return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
}
