import Glibc
import LivePage

/// A client of HTTP that sees every byte: one connection over loopback.
final class Client {
  struct Failure: Error {
    let reason: String
  }

  struct Response {
    var status = 0
    /// By names in lower case.
    var headers: [String: String] = [:]
    var body: [UInt8] = []

    var text: String { String(decoding: body, as: UTF8.self) }
  }

  private let descriptor: Int32
  private var received: [UInt8] = []
  /// What chunks have brought and nobody has read.
  private var unchunked: [UInt8] = []

  /// Connects.
  ///
  /// - Parameter receiveBuffer: Bytes that the system keeps for a client that does not read.
  init(_ port: Int, receiveBuffer: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    if var size = receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    // Longer than any answer takes on a busy machine.
    var patience = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if code != 0 { throw Failure(reason: "connecting: \(String(cString: strerror(errno)))") }
  }

  deinit { close(descriptor) }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  func request(
    _ path: String, method: String = "GET", host: String? = "127.0.0.1", version: String = "HTTP/1.1", more: String = ""
  ) {
    send("\(method) \(path) \(version)\r\n" + (host.map { "Host: \($0)\r\n" } ?? "") + more + "\r\n")
  }

  /// Reads an answer up to its empty line.
  func head() throws -> Response {
    var response = Response()
    response.status = Int(try line().split(separator: " ")[1]) ?? 0
    while true {
      let text = try line()
      guard let colon = text.firstIndex(of: ":") else { return response }
      let value = text[text.index(after: colon)...].drop { $0 == " " }
      response.headers[text[..<colon].lowercased()] = String(value)
    }
  }

  /// Reads a whole answer whose length is announced.
  func response() throws -> Response {
    var response = try head()
    response.body = try read(Int(response.headers["content-length"] ?? "") ?? 0)
    return response
  }

  /// Everything up to the connection's end.
  func rest() throws -> [UInt8] {
    while try receive() {}
    defer { received = [] }
    return received
  }

  /// Reads bytes of a chunked body; fewer than asked for where it ends.
  func body(_ count: Int) throws -> [UInt8] {
    while unchunked.count < count, try chunk() {}
    defer { unchunked.removeFirst(min(count, unchunked.count)) }
    return Array(unchunked.prefix(count))
  }

  /// Reads a line of a chunked body, without its end; nil where the body ends.
  func bodyLine() throws -> String? {
    while true {
      if let end = unchunked.firstIndex(of: UInt8(ascii: "\n")) {
        let text = String(decoding: unchunked[..<end].filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        unchunked.removeSubrange(...end)
        return text
      }
      guard try chunk() else { return nil }
    }
  }

  /// The picture that was read last.
  private var last: [UInt8]?

  /// Reads one picture of a multipart stream that stands behind a boundary, and the boundary behind it; nil at its end.
  ///
  /// - Parameter isNew: Whether repetitions of the last one are passed over.
  func picture(isNew: Bool = true) throws -> [UInt8]? {
    while true {
      let found = try nextPicture()
      if isNew && found != nil && found == last { continue }
      last = found
      return found
    }
  }

  private func nextPicture() throws -> [UInt8]? {
    guard try bodyLine() == "Content-Type: image/jpeg", let length = try bodyLine(), try bodyLine() == "" else {
      return nil
    }
    guard length.hasPrefix("Content-Length: "), let count = Int(length.dropFirst(16)) else {
      throw Failure(reason: "a part's second line: \(length)")
    }
    let bytes = try body(count)
    guard try bodyLine() == "", try bodyLine() == boundary else {
      throw Failure(reason: "no boundary behind a picture")
    }
    return bytes
  }

  /// What stands between pictures, as the answer's headers say.
  private(set) var boundary = ""

  /// Asks for the pictures, and reads up to the first of them.
  func openStream() throws {
    request("/stream.mjpeg")
    let head = try head()
    let type = head.headers["content-type"] ?? ""
    guard head.status == 200, type.hasPrefix("multipart/x-mixed-replace; boundary=") else {
      throw Failure(reason: "\(head)")
    }
    boundary = "--" + type.split(separator: "=")[1]
    guard try bodyLine() == boundary else { throw Failure(reason: "the stream does not begin with its boundary") }
  }

  private func chunk() throws -> Bool {
    guard let count = Int(try line(), radix: 16) else { throw Failure(reason: "a chunk without its length") }
    unchunked += try read(count)
    guard try line() == "" else { throw Failure(reason: "a chunk without its end") }
    return count > 0
  }

  private func line() throws -> String {
    while true {
      if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
        let text = String(decoding: received[..<end].filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        received.removeSubrange(...end)
        return text
      }
      if try !receive() { throw Failure(reason: "the connection ended") }
    }
  }

  private func read(_ count: Int) throws -> [UInt8] {
    while received.count < count {
      if try !receive() { throw Failure(reason: "the connection ended") }
    }
    defer { received.removeFirst(count) }
    return Array(received.prefix(count))
  }

  /// Takes up what has come; false at the connection's end.
  private func receive() throws -> Bool {
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(descriptor, &piece, piece.count, 0)
    if count < 0 && errno != ECONNRESET { throw Failure(reason: String(cString: strerror(errno))) }
    received += piece.prefix(max(0, count))
    return count > 0
  }
}

/// A page that is served while a test runs.
final class Served {
  let page: LivePage
  let port: Int

  init(title: String = "Test", limits: LivePage.Limits = LivePage.Limits()) throws {
    page = LivePage(try PageAddress("127.0.0.1:0"), title: title, limits: limits)
    port = try page.start()
  }

  deinit { page.stop() }

  /// One request on a connection of its own.
  func get(_ path: String, method: String = "GET", host: String? = "127.0.0.1") throws -> Client.Response {
    let client = try Client(port)
    client.request(path, method: method, host: host, more: "Connection: close\r\n")
    if method == "HEAD" { return try client.head() }
    return try client.response()
  }
}
