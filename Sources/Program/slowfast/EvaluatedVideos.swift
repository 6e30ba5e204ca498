internal import Wording

/// Whether what is evaluated is of the videos that its ground truth has.
struct EvaluatedVideos {
  /// As "evaluating tubes".
  let doing: String
  let path: String
  let groundTruth: String

  /// Ends a call none of whose videos is one of the ground truth's, and names those that are not.
  ///
  /// - Parameters:
  ///   - found: The videos of what is evaluated.
  ///   - lack: What the ground truth has not of the others, and what that means.
  /// - Throws: ``OtherVideos``.
  func check(_ found: Set<String>, in truth: Set<String>, without lack: String) throws(OtherVideos) {
    let strangers = found.subtracting(truth)
    if strangers.isEmpty { return }
    if strangers.count == found.count {
      throw OtherVideos(
        description:
          "\(doing): no video of '\(path)' is one of '\(groundTruth)': expected names as \(escaped(truth.min() ?? "")), "
          + "found \(escaped(strangers.min() ?? "")) -> call the videos alike in both files")
    }
    Console.warn(
      "\(counted(strangers.count, "video")) of '\(path)' without \(lack): "
        + listed(strangers.sorted().map(escaped), limit: 3))
  }
}

struct OtherVideos: Error, CustomStringConvertible {
  let description: String
}

/// A name in quotes, with what cannot be seen of it written out.
private func escaped(_ name: String) -> String {
  let shown = name.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? $0.escaped(asASCII: true) : "\($0)" }
  return "'\(shown.joined())'"
}
