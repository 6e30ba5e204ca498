internal import Files

/// What a stream is read from, as a user names it.
public enum StreamInput: Sendable, Equatable, CustomStringConvertible {
  /// A file, or a named pipe.
  case file(String)
  case standardInput
  /// rtsp://, http://, udp:// and whatever else this libav opens.
  case url(String)
  /// An input of libavdevice: v4l2 and /dev/video0, or lavfi and a graph of filters.
  case device(format: String, name: String)

  /// - Parameter text: "-"; a URL; "/dev/video0"; a device as "FORMAT:NAME", such as "lavfi:testsrc2"; else a file's path.
  public init(_ text: String) {
    if text == "-" {
      self = .standardInput
    } else if pathExists(text) && !text.hasPrefix("/dev/video") {
      self = .file(text)
    } else if text.contains("://") {
      self = .url(text)
    } else if text.hasPrefix("/dev/video") {
      self = .device(format: "v4l2", name: text)
    } else if let colon = text.firstIndex(of: ":"), colon != text.startIndex,
      text[..<colon].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
    {
      self = .device(format: String(text[..<colon]), name: String(text[text.index(after: colon)...]))
    } else {
      self = .file(text)
    }
  }

  /// Whether it goes on by itself, whether anyone reads it or not.
  public var isLive: Bool {
    switch self {
    case .file, .standardInput: false
    case .url, .device: true
    }
  }

  public var isDevice: Bool { if case .device = self { true } else { false } }

  public var description: String {
    switch self {
    case .file(let path): path
    case .standardInput: "standard input"
    case .url(let url): Self.withoutPassword(url)
    case .device(let format, let name): format == "v4l2" ? name : "\(format):\(name)"
    }
  }

  /// A URL for messages: cameras' URLs carry passwords, and messages go to logs.
  static func withoutPassword(_ url: String) -> String {
    guard let scheme = url.firstRange(of: "://") else { return url }
    let end = url[scheme.upperBound...].firstIndex { "/?#".contains($0) } ?? url.endIndex
    guard let at = url[scheme.upperBound..<end].lastIndex(of: "@"),
      let colon = url[scheme.upperBound..<at].firstIndex(of: ":")
    else { return url }
    return url[...colon] + "***" + url[at...]
  }
}
