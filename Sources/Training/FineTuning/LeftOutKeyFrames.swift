internal import Wording

/// Names the key frames of a phase that cannot be read, each once: the first few with what is wrong, and what to do.
final class LeftOutKeyFrames {
  /// Who does without them: "the head learns and is judged".
  private let doing: String
  private var told: Set<String> = []
  /// What was said and is in no log yet.
  private var unlogged: [String] = []
  /// How many are named with what is wrong.
  private static let most = 5

  init(_ doing: String) { self.doing = doing }

  /// Takes up for a log what was said since this was asked for the last time.
  func takeLines() -> [String] {
    defer { unlogged = [] }
    return unlogged
  }

  /// What to say of those that were not told before.
  ///
  /// - Parameter damaged: Key frames with what is wrong, in which file or frame.
  func lines(_ damaged: [(keyFrame: String, cause: String)]) -> [String] {
    let (before, fresh) = (told.count, damaged.filter { told.insert($0.keyFrame).inserted })
    if fresh.isEmpty { return [] }
    var lines = fresh.prefix(max(0, Self.most - before)).map { "\($0.keyFrame) is left out: \($0.cause)" }
    if told.count > Self.most { lines.append("\(counted(told.count, "key frame")) are left out in all") }
    if before == 0 {
      lines.append(
        "\(doing) without these, and people who are held out there count as missed; once they are repaired, --overwrite takes them up"
      )
    }
    unlogged += lines
    return lines
  }
}
