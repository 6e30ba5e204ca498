internal import Glibc

/// Where a page is served: an address of this machine and a port, "127.0.0.1:8080".
public struct PageAddress: Sendable, Equatable, CustomStringConvertible {
  /// An IP address.
  enum Host: Equatable {
    /// Four bytes, in the order in which they are written.
    case version4([UInt8])
    /// Sixteen.
    case version6([UInt8])
  }

  let host: Host
  /// 0 where the system is to choose.
  public let port: Int

  /// Reads "127.0.0.1:8080", "[::1]:8080", "localhost:8080" or "8080" (then of 127.0.0.1). Port 0 is one that the system
  /// chooses.
  ///
  /// - Throws: `LivePageError.address` for anything else, names of machines too.
  public init(_ text: String) throws {
    let name: Substring
    let digits: Substring
    if let colon = text.lastIndex(of: ":") {
      (name, digits) = (text[..<colon], text[text.index(after: colon)...])
    } else {
      (name, digits) = ("127.0.0.1", text[...])
    }
    guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = UInt16(digits) else {
      throw LivePageError.address(text, expected: "a port from 0 to 65535 at the end", found: "'\(digits)'")
    }
    guard let host = Host(name == "localhost" ? "127.0.0.1" : String(name)) else {
      throw LivePageError.address(
        text, expected: "an IP address ([...] around one of version 6) or localhost before the port",
        found: "'\(name)'")
    }
    (self.host, self.port) = (host, Int(port))
  }

  /// Whether only this machine can open it.
  public var isLoopback: Bool {
    switch host {
    case .version4(let bytes): bytes[0] == 127
    case .version6(let bytes): bytes == [UInt8](repeating: 0, count: 15) + [1]
    }
  }

  /// The address with another port, as a URL has it: that which the system chose for port 0.
  public func host(port: Int) -> String { "\(host):\(port)" }

  public var description: String { host(port: port) }

  /// Whether a request's Host header names the server by an IP address or as localhost. Under any other name the page may
  /// have been opened by a site that lets its own name lead here (DNS rebinding).
  static func isOwnName(_ header: String) -> Bool {
    var name = header[...]
    // A colon within brackets belongs to the address.
    if let colon = name.lastIndex(of: ":"), !name[colon...].contains("]") {
      guard name[colon...].dropFirst().allSatisfy({ $0.isASCII && $0.isNumber }) else { return false }
      name = name[..<colon]
    }
    return name.lowercased() == "localhost" || Host(String(name)) != nil
  }
}

extension PageAddress.Host: CustomStringConvertible, Sendable {
  /// An IP address as it stands in a URL: one of version 6 in brackets; nil where the text is none.
  init?(_ text: String) {
    if text.hasPrefix("["), text.hasSuffix("]") {
      var address = in6_addr()
      guard unsafe inet_pton(AF_INET6, String(text.dropFirst().dropLast()), &address) == 1 else { return nil }
      self = .version6(unsafe withUnsafeBytes(of: address) { unsafe Array($0) })
    } else {
      var address = in_addr()
      guard unsafe inet_pton(AF_INET, text, &address) == 1 else { return nil }
      self = .version4(unsafe withUnsafeBytes(of: address) { unsafe Array($0) })
    }
  }

  var description: String {
    switch self {
    case .version4(let bytes): written(AF_INET, bytes)
    case .version6(let bytes): "[\(written(AF_INET6, bytes))]"
    }
  }

  private func written(_ family: Int32, _ bytes: [UInt8]) -> String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
      unsafe inet_ntop(family, bytes, text.baseAddress, socklen_t(text.count)).map { unsafe String(cString: $0) } ?? ""
    }
  }
}
