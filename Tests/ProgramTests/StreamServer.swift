import Files
import Foundation
import Glibc
import Testing

/// A server over loopback that gives each connection its own bytes as the body of an HTTP response of unknown length.
final class StreamServer: @unchecked Sendable {
  let port: Int
  private let listener: Int32

  /// - Parameters:
  ///   - bodies: Of the first connection, the second ...; further ones are closed at once.
  ///   - holds: Whether connections stay open after their bytes, silent.
  ///   - saysEnd: Whether a response says that the end of the connection is its end.
  init(_ bodies: [[UInt8]], holds: Bool = false, saysEnd: Bool = true) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(listener, generic, size) == 0 && listen(listener, 8) == 0 && getsockname(listener, generic, &size) == 0
      }
    }
    if !bound { throw POSIXError(.EADDRINUSE) }
    self.listener = listener
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread {
      var held: [Int32] = []
      for body in bodies {
        let connection = accept(listener, nil, nil)
        if connection < 0 { break }
        var request = [UInt8](repeating: 0, count: 4096)
        _ = read(connection, &request, request.count)
        let end = saysEnd ? "Connection: close\r\n" : ""
        let head = Array("HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\n\(end)\r\n".utf8)
        var rest = (head + body)[...]
        while !rest.isEmpty {
          let sent = rest.withUnsafeBytes { send(connection, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
          if sent <= 0 { break }
          rest = rest.dropFirst(sent)
        }
        if holds { held.append(connection) } else { close(connection) }
      }
      if !holds { shutdown(listener, Int32(SHUT_RDWR)) }
      for connection in held {
        var byte: UInt8 = 0
        while read(connection, &byte, 1) > 0 {}
        close(connection)
      }
    }
  }

  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }
}

/// Pictures of two sizes as JPEG.
enum LittleWorldPictures {
  static func jpegs(into scratch: Scratch) throws -> (small: [UInt8], large: [UInt8]) {
    func jpeg(_ size: String) throws -> [UInt8] {
      let folder = scratch.path + "/" + size
      let parts = size.split(separator: "x")
      let drawn = Program.run([
        "synth", "--output-dir", folder, "--videos", "1", "--seconds", "4", "--width", String(parts[0]), "--height",
        String(parts[1]),
      ])
      expectSuccess(drawn)
      let frames = folder + "/frames/" + (try listFolder(folder + "/frames"))[0]
      return try readFile(frames + "/" + (try listFolder(frames))[0], doing: "testing")
    }
    return (try jpeg("96x64"), try jpeg("128x64"))
  }
}
