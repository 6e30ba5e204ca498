internal import Wording

/// What can be wrong with a file of boxes: where, what was expected, what was found, what to do.
public enum BoxFileError: Error, Equatable, CustomStringConvertible {
  /// A format that a file may have, and why.
  public struct Candidate: Equatable, Sendable {
    public var name: String
    public var title: String
    public var reason: String
  }

  /// - Parameter place: "line 3"; empty for the file as a whole.
  case malformed(path: String, place: String, expected: String, found: String, advice: String)
  /// - Parameter option: What says the format; nil where nothing does.
  case ambiguous(path: String, [Candidate], option: String?)
  case unrecognised(path: String, found: String, option: String?)
  case unknownFormat(String)

  static let doing = "reading the boxes"

  public var description: String {
    switch self {
    case .malformed(let path, let place, let expected, let found, let advice):
      return
        "\(Self.doing): '\(path)'\(place.isEmpty ? "" : ", " + place): expected \(expected), found \(found) -> \(advice)"
    case .ambiguous(let path, let candidates, let option):
      let texts = candidates.map { "\($0.title) (\($0.reason))" }
      let advice = option.map { "say which: \($0) \(series(candidates.map(\.name), "or"))" }
      return "\(Self.doing): '\(path)' may be \(series(texts, "or")) -> \(advice ?? "export the boxes in another form")"
    case .unrecognised(let path, let found, let option):
      return "\(Self.doing): '\(path)': expected person boxes in a known format, found \(found) "
        + "-> give one of \(listed(BoxFormats.all.map(\.title), limit: 20)), or rows of video, second, x1, y1, x2, y2, "
        + "an empty column, score" + (option.map { "; \($0) NAME says what one of them finds wrong" } ?? "")
    case .unknownFormat(let name):
      let near = nearest(to: name, among: BoxFormats.names).map { "did you mean \($0)? " } ?? ""
      return "\(Self.doing): there is no format '\(name)' -> \(near)--proposals-format is one of "
        + listed(BoxFormats.names, limit: 20)
    }
  }
}
