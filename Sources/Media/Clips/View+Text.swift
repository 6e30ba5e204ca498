extension View {
  /// Reads what `description` writes; nil for anything else.
  public init?(_ text: String) {
    var words = text.split(separator: " ")[...]
    guard let side = words.popFirst().flatMap({ Int($0) }), side > 0 else { return nil }
    self.init(shortSide: side)
    if words.first == "flip" {
      flip = true
      words.removeFirst()
    }
    if words.first == "square" {
      guard let index = words.dropFirst().first.flatMap({ Int($0) }) else { return nil }
      crop = .square(index)
      words.removeFirst(2)
    }
    if let word = words.first, word == "centre" || word == "middle" {
      guard let side = words.dropFirst().first.flatMap({ Int($0) }), side > 0 else { return nil }
      crop = word == "centre" ? .centre(side) : .middle(side)
      words.removeFirst(2)
    }
    if words.first == "rest" {
      crop = .rest
      words.removeFirst()
    }
    if words.first == "part" {
      guard words.count >= 4, let index = Int(words[words.startIndex + 1]),
        let count = Int(words[words.startIndex + 3])
      else { return nil }
      position = .part(index, of: count)
      words.removeFirst(4)
    }
    if words.first == "onward" {
      position = .onward
      words.removeFirst()
    }
    if words.first == "model" {
      guard let number = words.dropFirst().first.flatMap({ Int($0) }), number > 1 else { return nil }
      model = number - 1
    }
    if description != text { return nil }
  }
}
