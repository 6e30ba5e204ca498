internal import Files

/// What is wrong with a video as a whole, without the advice; nil for errors that are not its own.
public func damageCause(_ error: any Error) -> String? {
  switch error {
  case let error as VideoError: return "'\(error.path)': \(error.found)"
  case is FileError: return withoutAdvice(error)
  default: return nil
  }
}

/// What an error says, without what to do.
public func withoutAdvice(_ error: any Error) -> String {
  let text = "\(error)"
  return text.firstRange(of: " -> ").map { String(text[..<$0.lowerBound]) } ?? text
}
