internal import FlyingSocks
internal import Glibc

/// Waits for sockets as another pool does, but for a client's no longer than `patience`: a client that reads nothing of
/// what it is sent, or sends nothing, is let go of.
struct TimedSocketPool: AsyncSocketPool {
  let base: any AsyncSocketPool
  let patience: Duration
  /// Bytes that the system keeps for a client that is slow: as little as lets it have new pictures instead of old ones.
  private let sendBuffer: Int32 = 256 << 10

  func prepare() async throws { try await base.prepare() }

  func run() async throws { try await base.run() }

  func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
    // A child of the program would keep the port and the connections open.
    _ = fcntl(socket.file.rawValue, F_SETFD, FD_CLOEXEC)
    // Only the listening socket has nobody at its other end. Accepted ones have its options.
    guard (try? socket.remotePeer()) != nil else {
      try? socket.setValue(sendBuffer, for: .sendBufferSize)
      return try await base.suspendSocket(socket, untilReadyFor: events)
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await base.suspendSocket(socket, untilReadyFor: events) }
      group.addTask {
        try await Task.sleep(for: patience)
        throw SocketError.timeout(message: "nothing in \(patience)")
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }
}
