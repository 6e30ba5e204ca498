internal import CZlib

/// Unpacks gzip: one member, or several one after the other.
final class Gunzip {
  /// zlib keeps its address.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private let code: Int32
  /// Whether a member was begun and not ended.
  private var isInside = true
  private var hasEnded = false

  init() {
    stream.initialize(to: z_stream())
    code = slowfast_gunzip_begin(stream)
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Fills a buffer; less only at the end.
  func read(from input: RawInput, into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    if code != Z_OK { throw input.damaged(.gzip, "no memory to unpack it") }
    var done = 0
    while done < target.count, !hasEnded {
      try input.refill()
      if isInside {
        done += try inflateSome(input, UnsafeMutableRawBufferPointer(rebasing: target[done...]))
      } else if input.available.isEmpty {
        hasEnded = true
      } else {
        beginMember(input)
      }
    }
    return done
  }

  /// Takes up the next member; zeros after the last one are padding.
  private func beginMember(_ input: RawInput) {
    if let padding = input.available.firstIndex(where: { $0 != 0 }), padding == 0 {
      inflateReset(stream)
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
    stream.pointee.next_in = UnsafeMutablePointer(mutating: source.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(source.count)
    stream.pointee.next_out = target.bindMemory(to: UInt8.self).baseAddress
    stream.pointee.avail_out = UInt32(space)
    let code = inflate(stream, Z_NO_FLUSH)
    input.use(source.count - Int(stream.pointee.avail_in))
    switch code {
    case Z_STREAM_END: isInside = false
    case Z_OK: break
    // Nothing could be done: with room for output, input is wanting.
    case Z_BUF_ERROR where !source.isEmpty: break
    case Z_BUF_ERROR: throw input.cutShort(.gzip)
    default:
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "error \(code)"
      throw input.damaged(.gzip, "\(reason) before byte \(input.position)")
    }
    return space - Int(stream.pointee.avail_out)
  }
}
