internal import CExpat

/// What is done with the elements of an XML text, one after the other.
protocol XMLElementHandler: AnyObject {
  /// - Throws: What ends the reading.
  func begin(_ name: String, _ attributes: [String: String], line: Int) throws
  func end(_ name: String, text: String) throws
}

/// XML that is not well formed.
struct XMLError: Error {
  let line: Int
  let found: String
}

/// Reads XML with Expat. A document type is refused: no annotation has one, and entities can make a small file vast.
///
/// - Throws: `XMLError`, and what the handler throws.
func readXML(_ bytes: [UInt8], _ handler: any XMLElementHandler) throws {
  guard let parser = XML_ParserCreate(nil) else { return }
  defer { XML_ParserFree(parser) }
  let state = XMLState(parser, handler)
  XML_SetUserData(parser, Unmanaged.passUnretained(state).toOpaque())
  XML_SetElementHandler(
    parser,
    { data, name, attributes in
      guard let data, let name else { return }
      Unmanaged<XMLState>.fromOpaque(data).takeUnretainedValue().begin(String(cString: name), attributes)
    },
    { data, name in
      guard let data, let name else { return }
      Unmanaged<XMLState>.fromOpaque(data).takeUnretainedValue().end(String(cString: name))
    })
  XML_SetCharacterDataHandler(parser) { data, text, count in
    guard let data, let text else { return }
    let bytes = UnsafeRawBufferPointer(start: text, count: Int(count))
    Unmanaged<XMLState>.fromOpaque(data).takeUnretainedValue().add(String(decoding: bytes, as: UTF8.self))
  }
  XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in
    guard let data else { return }
    let state = Unmanaged<XMLState>.fromOpaque(data).takeUnretainedValue()
    state.fail(XMLError(line: state.line, found: "a document type"))
  }
  // A piece at a time: Expat counts in 32 bits.
  let piece = 1 << 24
  var start = 0
  repeat {
    let end = min(start + piece, bytes.count)
    let isGood = bytes[start..<end].withUnsafeBytes { buffer in
      XML_Parse(
        parser, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count), end == bytes.count ? 1 : 0
      )
    }
    if let fault = state.fault { throw fault }
    if isGood != XML_STATUS_OK {
      throw XMLError(line: state.line, found: String(cString: XML_ErrorString(XML_GetErrorCode(parser))))
    }
    start = end
  } while start < bytes.count
}

/// What stands between Expat's calls and the handler.
private final class XMLState {
  private let parser: XML_Parser
  private let handler: any XMLElementHandler
  private(set) var fault: (any Error)?
  private var text = ""

  init(_ parser: XML_Parser, _ handler: any XMLElementHandler) {
    self.parser = parser
    self.handler = handler
  }

  var line: Int { Int(XML_GetCurrentLineNumber(parser)) }

  func begin(_ name: String, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>?) {
    guard fault == nil else { return }
    var values: [String: String] = [:]
    var index = 0
    while let attributes, let name = attributes[index], let value = attributes[index + 1] {
      values[String(cString: name)] = String(cString: value)
      index += 2
    }
    text = ""
    do { try handler.begin(name, values, line: line) } catch { fail(error) }
  }

  func end(_ name: String) {
    guard fault == nil else { return }
    do { try handler.end(name, text: text) } catch { fail(error) }
    text = ""
  }

  func add(_ more: String) { if fault == nil { text += more } }

  func fail(_ error: any Error) {
    fault = fault ?? error
    _ = XML_StopParser(parser, 0)
  }
}
