internal import CLibAV
internal import Glibc
internal import Synchronization

/// Keeps libav quiet on stderr, and its last complaint at hand for error texts.
///
/// Videos are read and written by several threads at once, each alone with its file for as long as a call takes, and
/// libav works on the caller's thread (its codecs are opened with one thread). So what it says is kept by thread, and
/// forgotten before each step: no complaint about one video stands in another's message.
enum LibAVLog {
  private struct Said {
    var text = ""
    /// What the reader of the container said, as opposed to a decoder.
    var ofContainer: String?
    /// Whether pixels did not have the checksum that the stream states.
    var isMismatch = false
    var count = 0
  }

  private static let said = Mutex<[UInt: Said]>([:])

  /// Takes libav's log over, once in the life of the program.
  static let capture: Void = {
    av_log_set_level(AV_LOG_ERROR)
    av_log_set_callback { context, level, format, arguments in
      guard let format, let arguments, level <= AV_LOG_ERROR || isGap(format) else { return }
      var line = [CChar](repeating: 0, count: 400)
      let length = vsnprintf(&line, line.count, format, arguments)
      let bytes = line.prefix(max(0, min(Int(length), line.count - 1))).map { UInt8(bitPattern: $0) }
      let text = inWords(String(decoding: bytes.filter { $0 >= 32 }, as: UTF8.self))
      change { said in
        said.count += 1
        if level > AV_LOG_ERROR || text.isEmpty { return }
        said.text = text
        if text.hasPrefix("mismatching checksum") { said.isMismatch = true }
        if isContainer(context) { said.ofContainer = said.ofContainer ?? text }
      }
    }
  }()

  /// What libav says of a connection that was closed while its server had named no length is a number that stands for none.
  static func inWords(_ text: String) -> String {
    let (start, end) = ("Stream ends prematurely at ", ", should be \(UInt64.max)")
    guard text.hasPrefix(start), text.hasSuffix(end) else { return text }
    return "the connection was closed after \(text.dropFirst(start.count).dropLast(end.count)) bytes"
  }

  private static func change(_ body: (inout Said) -> Void) {
    said.withLock { body(&$0[UInt(pthread_self()), default: Said()]) }
  }

  private static var own: Said { said.withLock { $0[UInt(pthread_self())] ?? Said() } }

  /// How often libav has complained on the calling thread.
  static var complaints: Int { own.count }

  /// Whether it is what H.264's decoder says, as a detail, where the numbers of frames are not consecutive.
  private static func isGap(_ format: UnsafePointer<CChar>) -> Bool { strncmp(format, "Frame num gap", 13) == 0 }

  /// Whether a file's context speaks; all that libav logs for begin with a pointer to their class.
  private static func isContainer(_ context: UnsafeMutableRawPointer?) -> Bool {
    guard let described = context?.load(as: UnsafePointer<AVClass>?.self) else { return false }
    return strcmp(described.pointee.class_name, "AVFormatContext") == 0
  }

  /// Forgets what was said on the calling thread so far.
  static func clear() { change { ($0.text, $0.ofContainer, $0.isMismatch) = ("", nil, false) } }

  /// The last complaint in brackets, or nothing.
  static var complaint: String { own.text.isEmpty ? "" : " (libav: \(own.text))" }

  /// Whether pixels did not have the checksum that the stream states. (What H.265's decoder logs next are its digits.)
  static var saysMismatch: Bool { own.isMismatch }

  /// The first complaint about the container's structure.
  static var containerComplaint: String? { own.ofContainer }
}

/// libav's words for a return code.
func reason(of code: Int32) -> String {
  var text = [CChar](repeating: 0, count: 128)
  av_strerror(code, &text, text.count)
  return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
