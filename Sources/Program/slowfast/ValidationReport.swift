internal import AVAEval
internal import ArgumentParser
internal import Geometry
internal import Wording

/// What `validate` has to say about a file.
struct ValidationReport {
  let file: String
  let rows: Int
  let keyFrames: Int
  let videos: Int
  let findings: [Finding]
  /// The repaired copy, where one was written.
  var copy: Copy?

  struct Copy {
    let file: String
    let rows: Int
    let changes: [String]
    let findings: [Finding]
  }

  /// Whether something makes the submission wrong: the repaired copy where there is one.
  var hasFaults: Bool { (copy?.findings ?? findings).contains(where: \.isFault) }

  var text: String {
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

  var json: String {
    var members: [(name: String, value: JSON)] = [
      ("file", JSON(file)), ("rows", JSON(rows)), ("key_frames", JSON(keyFrames)), ("videos", JSON(videos)),
      ("wrong", JSON(hasFaults)), ("findings", .array(findings.map(json), lines: true)),
    ]
    if let copy {
      members.append(
        (
          "copy",
          .object([
            ("file", JSON(copy.file)), ("rows", JSON(copy.rows)), ("changes", .array(copy.changes.map { JSON($0) })),
            ("findings", .array(copy.findings.map(json), lines: true)),
          ])
        ))
    }
    return JSON.object(members, lines: true).text + "\n"
  }

  private func json(_ finding: Finding) -> JSON {
    .object([
      ("kind", JSON(finding.kind.rawValue)), ("wrong", JSON(finding.isFault)), ("count", JSON(finding.count)),
      ("text", JSON(finding.text)), ("examples", .array(finding.examples.map { JSON($0) })),
      ("hint", JSON(finding.hint)),
    ])
  }
}

extension Finding {
  /// The finding in one line.
  var line: String {
    let some = examples.isEmpty ? "" : (examples.count < count ? ", such as " : ": ") + listed(examples, limit: 3)
    return "\(text)\(some) -> \(hint)"
  }
}
