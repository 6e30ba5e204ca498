internal import Glibc

/// What a call of the system said instead of doing it.
struct SystemCallError: Error {
  let code: Int32
}

extension PageAddress {
  /// Bytes that the system keeps for a client that is slow: as little as lets it have new pictures instead of old ones.
  private static let sendBuffer: Int32 = 256 << 10

  /// Opens a socket that listens here.
  ///
  /// - Returns: The socket and its port.
  /// - Throws: `SystemCallError`.
  func listen() throws(SystemCallError) -> (socket: Int32, port: Int) {
    let family = if case .version4 = host { AF_INET } else { AF_INET6 }
    // A child of the program would keep the port and the connections open.
    let socket = Glibc.socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    if socket < 0 { throw SystemCallError(code: errno) }
    do throws(SystemCallError) {
      // The port is free again as soon as a program that served there has ended.
      try set(socket, SO_REUSEADDR, 1)
      try set(socket, SO_SNDBUF, Self.sendBuffer)
      try check(bind(socket))
      try check(Glibc.listen(socket, 128))
      return (socket, try boundPort(of: socket))
    } catch {
      close(socket)
      throw error
    }
  }

  private func check(_ result: Int32) throws(SystemCallError) { if result != 0 { throw SystemCallError(code: errno) } }

  private func set(_ socket: Int32, _ option: Int32, _ value: Int32) throws(SystemCallError) {
    var value = value
    try check(unsafe setsockopt(socket, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<Int32>.size)))
  }

  private func bind(_ socket: Int32) -> Int32 {
    let port = in_port_t(port).bigEndian
    switch host {
    case .version4(let bytes):
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port
      unsafe withUnsafeMutableBytes(of: &address.sin_addr) { unsafe $0.copyBytes(from: bytes) }
      return unsafe named(&address) { unsafe Glibc.bind(socket, $0, $1) }
    case .version6(let bytes):
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port
      unsafe withUnsafeMutableBytes(of: &address.sin6_addr) { unsafe $0.copyBytes(from: bytes) }
      return unsafe named(&address) { unsafe Glibc.bind(socket, $0, $1) }
    }
  }

  private func boundPort(of socket: Int32) throws(SystemCallError) -> Int {
    var address = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    try check(unsafe named(&address) { pointer, _ in unsafe getsockname(socket, pointer, &length) })
    // Of both families the port stands behind the family.
    return unsafe withUnsafeBytes(of: address) { unsafe Int($0[2]) << 8 | Int($0[3]) }
  }

  /// Hands an address to a call as the system's calls take all families.
  private func named<Address>(
    _ address: inout Address, _ call: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    unsafe withUnsafeMutableBytes(of: &address) { bytes in
      unsafe call(bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
  }
}
