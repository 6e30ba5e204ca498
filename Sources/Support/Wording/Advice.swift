/// What an error says, without what to do: the text before the first arrow, in one piece.
public func withoutAdvice(_ error: any Error) -> String {
  let text = "\(error)"
  guard let arrow = text.firstRange(of: " -> ") else { return text }
  var end = arrow.lowerBound
  // Advice may stand on a line of its own.
  while end > text.startIndex, text[text.index(before: end)].isWhitespace { end = text.index(before: end) }
  return String(text[..<end])
}
