import Files
import Foundation
import Glibc
import TestSupport
import Testing

private let text = "What stands in the little packed files.\n"

/// `text` as gzip and Zstandard pack it (gzip -n9, zstd -19).
private let gzip: [UInt8] = [
  0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x0B, 0xCF, 0x48, 0x2C, 0x51, 0x28, 0x2E, 0x49,
  0xCC, 0x4B, 0x29, 0x56, 0xC8, 0xCC, 0x53, 0x28, 0xC9, 0x48, 0x55, 0xC8, 0xC9, 0x2C, 0x29, 0xC9, 0x49, 0x55,
  0x28, 0x48, 0x4C, 0xCE, 0x4E, 0x4D, 0x51, 0x48, 0xCB, 0xCC, 0x49, 0x2D, 0xD6, 0xE3, 0x02, 0x00, 0x62, 0xC0,
  0x97, 0xA2, 0x28, 0x00, 0x00, 0x00,
]
private let zstd: [UInt8] = [
  0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x68, 0x41, 0x01, 0x00, 0x57, 0x68, 0x61, 0x74, 0x20, 0x73, 0x74, 0x61, 0x6E,
  0x64, 0x73, 0x20, 0x69, 0x6E, 0x20, 0x74, 0x68, 0x65, 0x20, 0x6C, 0x69, 0x74, 0x74, 0x6C, 0x65, 0x20, 0x70,
  0x61, 0x63, 0x6B, 0x65, 0x64, 0x20, 0x66, 0x69, 0x6C, 0x65, 0x73, 0x2E, 0x0A, 0xC8, 0x83, 0xFB, 0x47,
]

/// Twelve bytes that a Zstandard reader passes over.
private let skipped: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]

@Suite struct ByteStreamTests {
  private func read(_ bytes: [UInt8], inSteps step: Int? = nil) throws -> String {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    let path = scratch.path + "/data.csv"
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
    let stream = try ByteStream(path: path, doing: "testing")
    guard let step else { return String(decoding: try stream.readToEnd(), as: UTF8.self) }
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: step)
    while true {
      let got = try buffer.withUnsafeMutableBytes { try stream.read(into: $0) }
      all += buffer[..<got]
      if got < step { return String(decoding: all, as: UTF8.self) }
    }
  }

  private func failure(_ bytes: [UInt8]) -> String {
    do { return "no error but '\(try read(bytes))'" } catch { return "\(error)" }
  }

  @Test("Far more bytes than rows unpack to end the reading, and not the memory")
  func bombs() throws {
    /// Blocks of 128 KiB of one byte each, as Zstandard packs them: 4 bytes a block.
    func repeated(_ blocks: Int) -> [UInt8] {
      let head: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0, 0x38]
      return head + (1...blocks).flatMap { [$0 == blocks ? 0x03 : 0x02, 0, 0x10, UInt8(ascii: "a")] }
    }
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    let path = scratch.path + "/rows.csv.zst"
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { chunk.deallocate() }
    for (blocks, isRefused) in [(500, false), (600, true)] {
      let file = try AtomicFile(path: path)
      try file.write(repeated(blocks))
      try file.commit()
      let stream = try ByteStream(path: path, doing: "reading rows")
      do {
        while try stream.read(into: chunk) == chunk.count {}
        #expect(!isRefused)
      } catch {
        #expect(isRefused)
        #expect("\(error)".hasPrefix("reading rows: '\(path)': expected zstd data that unpacks to at most 100 times"))
        #expect("\(error)".hasSuffix("-> if it is what it should be, unpack it first and give the unpacked file"))
      }
    }
  }

  @Test("Packing is told from the content; parts one after the other are one; steps do not matter")
  func unpacks() throws {
    let packed = [Array(text.utf8), gzip, zstd]
    for bytes in packed {
      #expect(try read(bytes) == text)
      for step in [1, 2, 7, 39, 40, 41, 64] { #expect(try read(bytes, inSteps: step) == text, "\(step)") }
    }
    for bytes in packed.dropFirst() { #expect(try read(bytes + bytes) == text + text) }
    #expect(try read(gzip + [UInt8](repeating: 0, count: 512)) == text)
    #expect(try read(skipped + zstd + skipped) == text)
    #expect(try read([]) == "" && read([0x1F]) == "\u{1F}")
  }

  @Test("Much more text than packed bytes, through small and large buffers", arguments: ["gzip", "zstd"])
  func unpacksMuch(tool: String) throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    let path = scratch.path + "/long"
    let long = (0..<200_000).map { "row \($0 % 1000)\n" }.joined()
    try writeFile(path, long)
    let code = system("\(tool) -q -c '\(path)' > '\(path).packed' 2>/dev/null")
    if code != 0 { return }
    for step in [1 << 10, 1 << 20, 1 << 22] {
      let stream = try ByteStream(path: path + ".packed", doing: "testing")
      var all: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: step)
      while true {
        let got = try buffer.withUnsafeMutableBytes { try stream.read(into: $0) }
        all += buffer[..<got]
        if got < step { break }
      }
      #expect(String(decoding: all, as: UTF8.self) == long, "\(step)")
    }
  }

  @Test("Packed data that is cut short is an error, wherever it is cut")
  func cutShort() {
    for length in 4..<gzip.count {
      #expect(failure(Array(gzip[..<length])).contains("its end after \(length) bytes"), "gzip \(length)")
    }
    for length in 4..<zstd.count {
      #expect(failure(Array(zstd[..<length])).contains("its end after \(length) bytes"), "zstd \(length)")
    }
    let twice = failure(gzip + gzip[..<20])
    #expect(twice.contains("testing: '") && twice.contains("data.csv': expected whole gzip data, found its end after"))
    #expect(twice.hasSuffix("-> copy the file again, or compress it anew"))
  }

  @Test("Damaged data is an error with the place")
  func damaged() {
    var bytes = gzip
    bytes[bytes.count - 6] ^= 1
    #expect(failure(bytes).contains("expected whole gzip data, found incorrect data check before byte"))
    bytes = gzip
    bytes[14] ^= 0x55
    #expect(failure(bytes).contains("expected whole gzip data, found"))
    #expect(failure(gzip + Array("text".utf8)).contains("incorrect header check"))
    bytes = zstd
    bytes[bytes.count - 1] ^= 1
    #expect(failure(bytes).contains("expected whole zstd data, found"))
    #expect(failure(zstd + Array("text".utf8)).contains("Unknown frame descriptor"))
  }

  @Test("A pipe that gives one byte at a time is told apart too")
  func slowPipe() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let end = ends[1]
    Thread.detachNewThread {
      for (place, byte) in zstd.enumerated() {
        _ = write(end, [byte], 1)
        if place < 4 { usleep(20_000) }
      }
      close(end)
    }
    defer { close(ends[0]) }
    let stream = try ByteStream(path: "/dev/fd/\(ends[0])", doing: "testing")
    #expect(String(decoding: try stream.readToEnd(), as: UTF8.self) == text)
  }

  @Test("Missing files and folders have their usual errors")
  func wrongPaths() throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    #expect(throws: FileError.isDirectory(doing: "testing", path: scratch.path)) {
      _ = try ByteStream(path: scratch.path, doing: "testing")
    }
    #expect(throws: FileError.missing(doing: "testing", path: scratch.path + "/x", nearest: nil)) {
      _ = try ByteStream(path: scratch.path + "/x", doing: "testing")
    }
  }
}
