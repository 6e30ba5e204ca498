extension RunStatus {
  /// The command of the run as a whole, as a shell takes it; of a shard without `--shard`.
  public var commandLine: String {
    var words: [String] = []
    var isShard = false
    for word in arguments {
      if isShard {
        isShard = false
      } else if word == "--shard" {
        isShard = true
      } else if !word.hasPrefix("--shard=") {
        words.append(word)
      }
    }
    return commandText(words)
  }
}

/// A call of the program as a shell takes it.
func commandText(_ arguments: [String]) -> String {
  (["slowfast"] + arguments).map { word in
    let isPlain = !word.isEmpty && word.allSatisfy { $0.isLetter || $0.isNumber || "-_./=:,+%@".contains($0) }
    return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
  }.joined(separator: " ")
}
