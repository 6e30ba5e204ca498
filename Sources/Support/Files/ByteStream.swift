internal import Glibc

/// The path that stands for standard input.
public let standardInput = "-"

/// The bytes of a file, pipe or standard input one after the other, decompressed where their beginning says so.
///
/// gzip and Zstandard are told from the content, never from the name; several compressed parts one after the other are
/// read as one. Not for several threads at once.
public final class ByteStream {
  /// The path, for messages.
  public let path: String
  /// How the bytes are packed, nil where they are not.
  public let compression: Compression?
  private let input: RawInput
  private let doing: String
  /// How many bytes were handed out.
  private var count = 0
  private let decompressor: Decompressor

  private enum Decompressor {
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
    self.doing = doing
    input = try RawInput(path: path, doing: doing)
    try input.refill()
    compression = Compression(beginning: input.available)
    switch compression {
    case nil: decompressor = .plain
    case .gzip: decompressor = .gzip(Gunzip())
    case .zstd: decompressor = .zstd(Unzstd())
    }
  }

  /// Rows shrink to a fifth or a tenth, repeated ones to a fiftieth. What grows a hundred times and is large besides was
  /// made to fill the memory.
  private static let (largestGrowth, harmlessSize) = (100, 1 << 26)

  /// Fills a buffer with the next bytes.
  ///
  /// - Returns: How many bytes there are now; less than the buffer holds only at the end.
  /// - Throws: `FileError`, also for compressed data that is damaged, ends too early, or unpacks to far more than rows do.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    let got =
      switch decompressor {
      case .plain: try input.read(into: buffer)
      case .gzip(let gunzip): try gunzip.read(from: input, into: buffer)
      case .zstd(let unzstd): try unzstd.read(from: input, into: buffer)
      }
    count += got
    if let compression, count > Self.harmlessSize, count / Self.largestGrowth > input.position {
      throw .excessive(
        doing: doing, path: path,
        expected: "\(compression.rawValue) data that unpacks to at most "
          + "\(Self.largestGrowth) times its size", found: "\(count) bytes from \(input.position) so far",
        advice: "if it is what it should be, unpack it first and give the unpacked file")
    }
    return got
  }

  /// Reads all that is left.
  ///
  /// - Parameter limit: How many bytes that may be; a pipe may have no end.
  /// - Throws: `FileError`.
  public func readToEnd(limit: Int = 1 << 32) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      let got = try read(into: chunk)
      if bytes.count + got > limit {
        throw .excessive(
          doing: doing, path: path, expected: "at most \(limit) bytes", found: "more",
          advice: "give the right file, or write a stream into a file first")
      }
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
