internal import CYAML

/// What libyaml's parser meets in a text, and where.
struct YAMLEvent {
  /// What a node may be given before its content.
  struct Properties {
    var anchor: String?
    var tag: String?
  }

  enum Kind {
    case documentStart
    case scalar(String, Properties)
    case sequence(Properties)
    case mapping(Properties)
    case collectionEnd
    case alias(String)
    case documentEnd
    case streamEnd
  }

  let kind: Kind
  /// From 1; columns in characters of Unicode.
  let line: Int
  let column: Int

  func error(_ problem: String, _ remedy: String) -> YAMLError {
    YAMLError(line: line, column: column, problem: problem, remedy: remedy)
  }
}

/// The events of a text, one after the other.
@safe final class YAMLEvents {
  private let text: String
  /// The text's bytes, which the parser refers to.
  private let bytes: UnsafeMutableBufferPointer<UInt8>
  private let parser: UnsafeMutablePointer<yaml_parser_t>

  init(_ text: String) throws(YAMLError) {
    self.text = text
    unsafe bytes = .allocate(capacity: text.utf8.count)
    _ = unsafe bytes.initialize(from: text.utf8)
    unsafe parser = .allocate(capacity: 1)
    unsafe parser.initialize(to: yaml_parser_t())
    guard unsafe yaml_parser_initialize(parser) != 0 else { throw Self.noMemory }
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe bytes.deallocate()
  }

  private static let noMemory = YAMLError(
    line: 1, column: nil, problem: "there is no memory left to read it",
    remedy: "end other programs, or give a smaller file")

  /// - Throws: `YAMLError` where the text is no YAML; there are no events behind it.
  func next() throws(YAMLError) -> YAMLEvent {
    while true {
      var event = unsafe yaml_event_t()
      guard unsafe yaml_parser_parse(parser, &event) != 0 else { throw fault() }
      defer { unsafe yaml_event_delete(&event) }
      let mark = unsafe event.start_mark
      if let kind = unsafe Self.kind(event) {
        return YAMLEvent(kind: kind, line: mark.line + 1, column: mark.column + 1)
      }
    }
  }

  /// Nil of the stream's start, which says nothing.
  private static func kind(_ event: yaml_event_t) -> YAMLEvent.Kind? {
    let data = unsafe event.data
    switch unsafe event.type {
    case YAML_DOCUMENT_START_EVENT: return .documentStart
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    // Behind the last event the parser gives empty ones.
    case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return .streamEnd
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .collectionEnd
    case YAML_ALIAS_EVENT: return .alias(unsafe string(data.alias.anchor) ?? "")
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe data.sequence_start
      return .sequence(unsafe .init(anchor: string(start.anchor), tag: string(start.tag)))
    case YAML_MAPPING_START_EVENT:
      let start = unsafe data.mapping_start
      return .mapping(unsafe .init(anchor: string(start.anchor), tag: string(start.tag)))
    case YAML_SCALAR_EVENT:
      let scalar = unsafe data.scalar
      // A scalar may hold zeros: its length is said.
      let text = unsafe String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      let tag: String? =
        if unsafe scalar.plain_implicit != 0 {
          nil
        } else if unsafe scalar.quoted_implicit != 0 {
          YAMLNode.stringTag
        } else {
          unsafe string(scalar.tag)
        }
      return .scalar(text, unsafe .init(anchor: string(scalar.anchor), tag: tag))
    default: return nil
    }
  }

  private static func string(_ pointer: UnsafePointer<UInt8>?) -> String? {
    unsafe pointer.map { unsafe String(cString: $0) }
  }
}

// MARK: - Errors

extension YAMLEvents {
  /// What made the parser stop.
  private func fault() -> YAMLError {
    let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "it cannot be read"
    switch unsafe parser.pointee.error {
    case YAML_MEMORY_ERROR: return Self.noMemory
    case YAML_READER_ERROR:
      let line = unsafe bytes.prefix(parser.pointee.problem_offset).count { $0 == UInt8(ascii: "\n") } + 1
      return YAMLError(line: line, column: nil, problem: problem, remedy: "save the file as plain UTF-8 text")
    default:
      let mark = unsafe parser.pointee.problem_mark
      var about = ""
      if let context = unsafe parser.pointee.context {
        about = unsafe "\(String(cString: context)) that begins in line \(parser.pointee.context_mark.line + 1): "
      }
      return YAMLError(
        line: mark.line + 1, column: mark.column + 1, problem: about + problem, remedy: remedy(at: mark))
    }
  }

  private func remedy(at mark: yaml_mark_t) -> String {
    let start = text.unicodeScalars.dropFirst(mark.index - mark.column)
    if start.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") { return "indent with spaces, not with tabs" }
    return "check the indentation, brackets, quotes and colons there and above"
  }
}
