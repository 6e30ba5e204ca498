internal import CNettle
internal import CZlib

/// The CRC-32 of bytes, as zlib, gzip and PNG compute it.
public func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
  UInt32(truncatingIfNeeded: CZlib.crc32_z(0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
}

/// The CRC-32 of bytes of which the checksums of two parts are known.
///
/// - Parameter length: The bytes of the second part.
public func joinedCRC32(_ first: UInt32, _ second: UInt32, length: Int) -> UInt32 {
  UInt32(truncatingIfNeeded: CZlib.crc32_combine(UInt(first), UInt(second), length))
}

/// The SHA-256 of bytes that come one piece after the other (FIPS 180-4).
public struct SHA256 {
  private var context = sha256_ctx()

  public init() { nettle_sha256_init(&context) }

  /// Takes up more bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    nettle_sha256_update(&context, bytes.count, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
  }

  /// Takes up a text as UTF-8.
  public mutating func update(_ text: String) { Array(text.utf8).withUnsafeBytes { update($0) } }

  /// The sum of all that came, in hexadecimal digits.
  public consuming func finish() -> String {
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_SIZE))
    nettle_sha256_digest(&context, digest.count, &digest)
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

/// What a text will be as a file, of which every byte counts: as `fileFingerprint` says it.
public func fingerprint(of text: String) -> String {
  var sum = SHA256()
  sum.update(text)
  return "\(text.utf8.count) bytes, sha256 \(sum.finish())"
}

/// What stands in the place of the fingerprint of a file that cannot be read.
public let noFingerprint = "missing"

/// What a file holds, in a few words: how long it is, and the SHA-256 of its bytes; of a large one those of its two ends
/// and of samples between: who writes a video anew changes it everywhere.
///
/// - Parameters:
///   - isWhole: Whether every byte counts, however many there are.
///   - ends: How many bytes of each end count of a file of more than sixteen times as many.
///   - samples: How many pieces between the ends count of such a file, each a sixteenth of an end long, evenly spread; two
///     or more.
/// - Returns: "412345 bytes, sha256 ..." or "..., sha256 of samples ...".
/// - Throws: `FileError`.
public func fileFingerprint(
  _ path: String, isWhole: Bool = false, ends piece: Int = 1 << 20, samples: Int = 64, doing: String
) throws(FileError) -> String {
  let file = try MappedFile(path: path, doing: doing)
  let limit = 16 * piece
  var sum = SHA256()
  let bytes = file.bytes
  if isWhole || bytes.count <= limit {
    sum.update(bytes)
    return withExtendedLifetime(file) { "\(bytes.count) bytes, sha256 \(sum.finish())" }
  }
  sum.update(UnsafeRawBufferPointer(rebasing: bytes.prefix(piece)))
  let sample = piece / 16
  for number in 0..<samples {
    let start = piece + (bytes.count - 2 * piece - sample) * number / (samples - 1)
    sum.update(UnsafeRawBufferPointer(rebasing: bytes[start..<start + sample]))
  }
  sum.update(UnsafeRawBufferPointer(rebasing: bytes.suffix(piece)))
  return withExtendedLifetime(file) { "\(bytes.count) bytes, sha256 of samples \(sum.finish())" }
}
