internal import CLibAV
internal import Glibc
internal import Synchronization

/// Keeps libav quiet on stderr, and its last complaint at hand for error texts.
enum LibAVLog {
  private static let last = Mutex("")
  /// Complaints so far, by the thread that they came on.
  private static let counts = Mutex<[UInt: Int]>([:])

  /// Takes libav's log over, once in the life of the program.
  static let capture: Void = {
    av_log_set_level(AV_LOG_ERROR)
    av_log_set_callback { _, level, format, arguments in
      guard let format, let arguments, level <= AV_LOG_ERROR || isGap(format) else { return }
      counts.withLock { $0[UInt(pthread_self()), default: 0] += 1 }
      var line = [CChar](repeating: 0, count: 400)
      let length = vsnprintf(&line, line.count, format, arguments)
      let bytes = line.prefix(max(0, min(Int(length), line.count - 1))).map { UInt8(bitPattern: $0) }
      let text = String(decoding: bytes.filter { $0 >= 32 }, as: UTF8.self)
      if level <= AV_LOG_ERROR, !text.isEmpty { last.withLock { $0 = text } }
    }
  }()

  /// How often libav has complained on the calling thread; a decoder without threads of its own works there.
  static var complaints: Int { counts.withLock { $0[UInt(pthread_self())] ?? 0 } }

  /// Whether it is what H.264's decoder says, as a detail, where the numbers of frames are not consecutive.
  private static func isGap(_ format: UnsafePointer<CChar>) -> Bool { strncmp(format, "Frame num gap", 13) == 0 }

  /// Forgets what was said so far.
  static func clear() { last.withLock { $0 = "" } }

  /// The last complaint in brackets, or nothing.
  static var complaint: String {
    let text = last.withLock { $0 }
    return text.isEmpty ? "" : " (libav: \(text))"
  }
}

/// libav's words for a return code.
func reason(of code: Int32) -> String {
  var text = [CChar](repeating: 0, count: 128)
  av_strerror(code, &text, text.count)
  return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
