internal import CZlib

/// Unpacks gzip: one member, or several behind each other.
final class Gunzip {
  private var stream = z_stream()
  private let code: Int32
  /// Whether a member was begun and not ended.
  private var isInside = true
  private var hasEnded = false

  init() { code = slowfast_gunzip_begin(&stream) }

  deinit { inflateEnd(&stream) }

  /// Fills a buffer; less only at the end.
  func read(from input: RawInput, into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    if code != Z_OK { throw input.damaged(.gzip, "no memory to unpack it") }
    var done = 0
    while done < target.count, !hasEnded {
      try input.refill()
      if input.available.isEmpty {
        if isInside { throw input.cutShort(.gzip) }
        hasEnded = true
      } else if isInside {
        done += try inflateSome(input, UnsafeMutableRawBufferPointer(rebasing: target[done...]))
      } else {
        beginMember(input)
      }
    }
    return done
  }

  /// Takes up the next member; zeros behind the last one are padding.
  private func beginMember(_ input: RawInput) {
    if let padding = input.available.firstIndex(where: { $0 != 0 }), padding == 0 {
      inflateReset(&stream)
      isInside = true
    } else {
      input.use(input.available.firstIndex { $0 != 0 } ?? input.available.count)
    }
  }

  private func inflateSome(
    _ input: RawInput, _ target: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Int {
    let source = input.available
    let space = min(target.count, Int(UInt32.max))
    stream.next_in = UnsafeMutablePointer(mutating: source.bindMemory(to: UInt8.self).baseAddress)
    stream.avail_in = UInt32(source.count)
    stream.next_out = target.bindMemory(to: UInt8.self).baseAddress
    stream.avail_out = UInt32(space)
    let code = inflate(&stream, Z_NO_FLUSH)
    input.use(source.count - Int(stream.avail_in))
    switch code {
    case Z_STREAM_END: isInside = false
    case Z_OK, Z_BUF_ERROR: break
    default:
      let reason = stream.msg.map { String(cString: $0) } ?? "error \(code)"
      throw input.damaged(.gzip, "\(reason) before byte \(input.position)")
    }
    return space - Int(stream.avail_out)
  }
}
