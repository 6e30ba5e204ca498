public import AVAEval
internal import JSON
internal import Wording

/// What `validate` has to say about a file.
public struct ValidationSummary: Sendable {
  private let file: String
  private let rows: Int
  private let keyFrames: Int
  private let videos: Int
  private let findings: [Finding]
  /// The repaired copy, where one was written.
  public var copy: Copy?

  public struct Copy: Sendable {
    fileprivate let file: String
    fileprivate let rows: Int
    fileprivate let changes: [String]
    fileprivate let findings: [Finding]

    /// - Parameters:
    ///   - changes: What was repaired, a line each.
    ///   - findings: What an audit of the copy says.
    public init(file: String, rows: Int, changes: [String], findings: [Finding]) {
      self.file = file
      self.rows = rows
      self.changes = changes
      self.findings = findings
    }
  }

  /// - Parameters:
  ///   - rows: How many rows the file has, with those that cannot be read.
  ///   - findings: What the audit says.
  public init(file: String, rows: Int, keyFrames: Int, videos: Int, findings: [Finding]) {
    self.file = file
    self.rows = rows
    self.keyFrames = keyFrames
    self.videos = videos
    self.findings = findings
  }

  /// Whether something makes the submission wrong: the repaired copy where there is one.
  public var hasFaults: Bool { (copy?.findings ?? findings).contains(where: \.isFault) }

  /// Lines for people.
  public var text: String {
    var lines = [
      "\(file): \(counted(rows, "row")), \(counted(keyFrames, "key frame")), \(counted(videos, "video")); "
        + summary(findings)
    ]
    lines += findings.flatMap(self.lines)
    if let copy {
      lines.append("\(copy.file): \(counted(copy.rows, "row")) written")
      lines += copy.changes.map { "  \($0)" }
      let left = copy.findings.filter(\.isFault)
      lines.append(
        left.isEmpty
          ? "the copy was checked like the file: \(summary(copy.findings))" : "still wrong in the copy:")
      lines += left.flatMap(self.lines)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func summary(_ findings: [Finding]) -> String {
    let faults = findings.count(where: \.isFault)
    return findings.isEmpty
      ? "nothing to complain about"
      : "\(counted(faults, "mistake")), \(counted(findings.count - faults, "notice"))"
  }

  private func lines(_ finding: Finding) -> [String] {
    ["\(finding.isFault ? "mistake" : "notice"): \(finding.line)"]
  }

  /// One object, a line for each finding.
  public var json: String {
    var json = JSONWriter()
    json.beginObject(lines: true)
    json.member("file", JSONValue(file))
    json.member("rows", JSONValue(rows))
    json.member("key_frames", JSONValue(keyFrames))
    json.member("videos", JSONValue(videos))
    json.member("wrong", JSONValue(hasFaults))
    write(findings, to: &json)
    if let copy {
      json.name("copy")
      json.beginObject()
      json.member("file", JSONValue(copy.file))
      json.member("rows", JSONValue(copy.rows))
      json.member("changes", .array(copy.changes.map { JSONValue($0) }))
      write(copy.findings, to: &json)
      json.end()
    }
    json.end()
    return json.text + "\n"
  }

  private func write(_ findings: [Finding], to json: inout JSONWriter) {
    json.name("findings")
    json.beginArray(lines: true)
    for finding in findings { json.value(jsonValue(finding)) }
    json.end()
  }

  private func jsonValue(_ finding: Finding) -> JSONValue {
    [
      "kind": JSONValue(finding.kind.rawValue), "wrong": JSONValue(finding.isFault), "count": JSONValue(finding.count),
      "text": JSONValue(finding.text), "examples": .array(finding.examples.map { JSONValue($0) }),
      "hint": JSONValue(finding.hint),
    ]
  }
}
