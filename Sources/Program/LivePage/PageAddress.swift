internal import FlyingSocks

/// Where a page is served: an address of this machine and a port, "127.0.0.1:8080".
public struct PageAddress: Sendable, Equatable, CustomStringConvertible {
  /// An address of IP version 4 or 6 in its usual form, with the port.
  let socket: Socket.Address

  /// Reads "127.0.0.1:8080", "[::1]:8080", "localhost:8080" or "8080" (then of 127.0.0.1). Port 0 is one that the system
  /// chooses.
  ///
  /// - Throws: `LivePageError.address` for anything else, names of machines too.
  public init(_ text: String) throws {
    let host: Substring
    let digits: Substring
    if let colon = text.lastIndex(of: ":") {
      (host, digits) = (text[..<colon], text[text.index(after: colon)...])
    } else {
      (host, digits) = ("127.0.0.1", text[...])
    }
    guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = UInt16(digits) else {
      throw LivePageError.address(text, expected: "a port from 0 to 65535 at the end", found: "'\(digits)'")
    }
    guard let socket = PageAddress.numeric(host == "localhost" ? "127.0.0.1" : String(host), port: port) else {
      throw LivePageError.address(
        text, expected: "an IP address ([...] around one of version 6) or localhost before the port",
        found: "'\(host)'")
    }
    self.socket = socket
  }

  /// Whether only this machine can open it.
  public var isLoopback: Bool {
    switch socket {
    case .ip4(let host, _): host.hasPrefix("127.")
    case .ip6(let host, _): host == "::1"
    case .unix: true
    }
  }

  /// Of the port, 0 where the system is to choose.
  public var port: Int {
    switch socket {
    case .ip4(_, let port), .ip6(_, let port): Int(port)
    case .unix: 0
    }
  }

  /// The address with another port, as a URL has it: that which the system chose for port 0.
  public func host(port: Int) -> String {
    switch socket {
    case .ip4(let host, _): "\(host):\(port)"
    case .ip6(let host, _): "[\(host)]:\(port)"
    case .unix(let path): path
    }
  }

  public var description: String {
    switch socket {
    case .ip4(let host, let port): "\(host):\(port)"
    case .ip6(let host, let port): "[\(host)]:\(port)"
    case .unix(let path): path
    }
  }

  /// What the system's calls take.
  func systemAddress() throws -> any SocketAddress {
    switch socket {
    case .ip4(let host, let port): try .inet(ip4: host, port: port)
    case .ip6(let host, let port): try .inet6(ip6: host, port: port)
    case .unix: throw SocketError.unsupportedAddress
    }
  }

  /// An IP address as it stands in a URL: one of version 6 in brackets; nil where the text is none.
  private static func numeric(_ host: String, port: UInt16) -> Socket.Address? {
    if host.hasPrefix("["), host.hasSuffix("]") {
      guard let address: any SocketAddress = try? .inet6(ip6: String(host.dropFirst().dropLast()), port: port) else {
        return nil
      }
      return try? Socket.makeAddress(from: address.makeStorage())
    }
    guard let address: any SocketAddress = try? .inet(ip4: host, port: port) else { return nil }
    return try? Socket.makeAddress(from: address.makeStorage())
  }

  /// Whether a request's Host header names the server by an IP address or as localhost. Under any other name the page may
  /// have been opened by a site that lets its own name lead here (DNS rebinding).
  static func isOwnName(_ header: String) -> Bool {
    var host = header[...]
    // A colon within brackets belongs to the address.
    if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") {
      guard host[colon...].dropFirst().allSatisfy({ $0.isASCII && $0.isNumber }) else { return false }
      host = host[..<colon]
    }
    return host.lowercased() == "localhost" || numeric(String(host), port: 0) != nil
  }
}
