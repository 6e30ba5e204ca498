internal import Glibc

/// The path that stands for standard input.
public let standardInput = "-"

/// The bytes of a file, pipe or standard input one after the other, decompressed where their beginning says so.
///
/// gzip and Zstandard are told from the content, never from the name; several compressed parts behind each other are
/// read as one. Not for several threads at once.
public final class ByteStream {
  /// The path, for messages.
  public let path: String
  /// How the bytes are packed, nil where they are not.
  public let compression: Compression?
  private let input: RawInput
  private let decoder: Decoder

  private enum Decoder {
    case plain
    case gzip(Gunzip)
    case zstd(Unzstd)
  }

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: The file, or "-" for standard input.
  ///   - doing: What the caller is about, for the error text ("reading the detections").
  public init(path: String, doing: String) throws(FileError) {
    self.path = path
    input = try RawInput(path: path, doing: doing)
    try input.refill()
    compression = Compression(beginning: input.available)
    switch compression {
    case nil: decoder = .plain
    case .gzip: decoder = .gzip(Gunzip())
    case .zstd: decoder = .zstd(Unzstd())
    }
  }

  /// Fills a buffer with the next bytes.
  ///
  /// - Returns: How many bytes there are now; less than the buffer holds only at the end.
  /// - Throws: `FileError`, also for compressed data that is damaged or ends too early.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    switch decoder {
    case .plain: try input.read(into: buffer)
    case .gzip(let gunzip): try gunzip.read(from: input, into: buffer)
    case .zstd(let unzstd): try unzstd.read(from: input, into: buffer)
    }
  }

  /// Reads all that is left.
  public func readToEnd() throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      let got = try read(into: chunk)
      bytes.append(contentsOf: chunk[..<got])
      if got < chunk.count { return bytes }
    }
  }
}

/// How a file's bytes are packed.
public enum Compression: String, Sendable {
  case gzip, zstd

  /// Tells the packing from a file's first bytes; nil for none.
  public init?(beginning bytes: UnsafeRawBufferPointer) {
    if bytes.starts(with: [0x1F, 0x8B]) {
      self = .gzip
    } else if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
      self = .zstd
    } else if bytes.count >= 4, bytes[0] & 0xF0 == 0x50, bytes[1...3].elementsEqual([0x2A, 0x4D, 0x18]) {
      // What parallel compressors put first: a frame to be skipped.
      self = .zstd
    } else {
      return nil
    }
  }
}
