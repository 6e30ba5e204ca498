internal import Files

/// What the entry of a list of images says of names and sizes, block by block: see `ImageSurvey.fingerprint`.
struct ImageBlocks: Equatable {
  private static let beginning = "names and sizes of "

  /// How many images of the list a block has; the last one may have fewer.
  let length: Int
  private(set) var blocks: [Substring]

  /// Nil for what says nothing of blocks.
  init?(_ piece: Substring) {
    let words = piece.split(separator: " ", omittingEmptySubsequences: false)
    guard piece.hasPrefix(Self.beginning), words.count > 6, words[5] == "each", let length = Int(words[4]), length > 0
    else { return nil }
    self.length = length
    blocks = Array(words[6...])
  }

  var text: String { "\(Self.beginning)\(length) each \(blocks.joined(separator: " "))" }

  /// Which images of the list a block has, from 0.
  private func images(_ block: Int) -> ClosedRange<Int> { block * length...(block + 1) * length - 1 }

  /// Whether any of these images are in a block.
  private func meets(_ block: Int, _ frames: [ClosedRange<Int>]) -> Bool {
    frames.contains { $0.overlaps(images(block)) }
  }

  /// Whether any of these images are in the first block that counts, and in the last one.
  func meetsEnds(_ frames: [ClosedRange<Int>]) -> (first: Bool, last: Bool) {
    let counting = blocks.indices.filter { blocks[$0] != "-" }
    return (
      counting.first.map { meets($0, frames) } ?? false, counting.last.map { meets($0, frames) } ?? false
    )
  }

  /// What both say together: of each block what the one says that lacks fewer images.
  ///
  /// - Parameter damaged: Images of clips in which damage was found: they may have become others.
  /// - Returns: Nil where they contradict each other.
  func joined(_ now: ImageBlocks, damaged: [ClosedRange<Int>]) -> ImageBlocks? {
    if length != now.length || blocks.count != now.blocks.count { return nil }
    var joined = self
    for (number, (a, b)) in zip(blocks, now.blocks).enumerated() where a != b {
      guard let own = Self.joined(a, b) ?? (meets(number, damaged) ? b : nil) else { return nil }
      joined.blocks[number] = own
    }
    return joined
  }

  /// A block reads SUM, or SUM/COUNT/SUM with how many images it lacks and which, or "missing" where it has none.
  private static func joined(_ a: Substring, _ b: Substring) -> Substring? {
    func lack(_ block: Substring) -> (count: Int, which: Substring) {
      if block == noFingerprint { return (.max, block) }
      let parts = block.split(separator: "/")
      return parts.count == 3 ? (Int(parts[1]) ?? .max, parts[2]) : (0, "")
    }
    let (old, new) = (lack(a), lack(b))
    // Whoever lacks the same images must say the same of all others.
    if old.which == new.which { return a == b ? a : nil }
    return old.count < new.count ? a : b
  }

  /// The images of the blocks that contradict each other, in words: "14 to 27, 56 to 83".
  func differences(from before: ImageBlocks) -> String? {
    guard length == before.length, blocks.count == before.blocks.count else { return nil }
    var ranges: [ClosedRange<Int>] = []
    for (number, (a, b)) in zip(before.blocks, blocks).enumerated() where a != b && Self.joined(a, b) == nil {
      let images = images(number)
      if let last = ranges.last, last.upperBound + 1 == images.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound...images.upperBound
      } else {
        ranges.append(images)
      }
    }
    let words = ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)" }
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }
}

/// What the entry of a video says, in its pieces: of a list of images how many there are, the content of the first and of
/// the last one that counts, and the blocks.
struct VideoContent {
  /// Before the pieces; empty for one file.
  let head: Substring
  let pieces: [Substring]

  init(_ value: String) {
    let parts = value.split(separator: ": ", maxSplits: 1)
    (head, pieces) = parts.count == 2 ? (parts[0], parts[1].split(separator: "; ")) : ("", [value[...]])
  }

  /// Nil for what says nothing of blocks.
  var blocks: ImageBlocks? { pieces.last.flatMap { ImageBlocks($0) } }

  static func isGone(_ piece: Substring) -> Bool { piece == noFingerprint || piece.hasPrefix("0 bytes") }

  /// Whether nothing could be read of it.
  var isGone: Bool { pieces.allSatisfy(Self.isGone) }

  /// What both say together, piece by piece; nil where they contradict each other.
  ///
  /// - Parameter damaged: See `ImageBlocks.joined`.
  func joined(_ now: VideoContent, damaged: [ClosedRange<Int>] = []) -> String? {
    guard head == now.head, pieces.count == now.pieces.count else { return nil }
    let ends = (blocks ?? now.blocks)?.meetsEnds(damaged) ?? (first: false, last: false)
    var joined: [String] = []
    for (number, (a, b)) in zip(pieces, now.pieces).enumerated() {
      if a == b || Self.isGone(b) {
        joined.append(String(a))
      } else if Self.isGone(a) {
        joined.append(String(b))
      } else if let before = ImageBlocks(a), let now = ImageBlocks(b) {
        guard let both = before.joined(now, damaged: damaged) else { return nil }
        joined.append(both.text)
      } else if number == 0 ? ends.first : number == 1 && ends.last {
        joined.append(String(b))
      } else {
        return nil
      }
    }
    return (head.isEmpty ? "" : "\(head): ") + joined.joined(separator: "; ")
  }

  /// What is not as before, in words: "the first: 9 bytes, then 8 bytes; names or sizes of 14 to 27, counted from 0".
  func differences(from before: VideoContent, _ shown: (Substring, Substring) -> String) -> String? {
    guard let old = before.blocks, let new = blocks, head == before.head, pieces.count == 3, before.pieces.count == 3
    else { return nil }
    var words: [String] = []
    for (number, end) in ["the first", "the last"].enumerated() where pieces[number] != before.pieces[number] {
      if Self.isGone(pieces[number]) || Self.isGone(before.pieces[number]) { continue }
      words.append("\(end): \(shown(before.pieces[number], pieces[number]))")
    }
    if let images = new.differences(from: old) { words.append("names or sizes of images \(images), counted from 0") }
    return words.isEmpty ? nil : words.joined(separator: "; ")
  }
}
