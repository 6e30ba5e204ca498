internal import Files
internal import Wording

/// What is wrong with a video as a whole, without the advice; nil for errors that are not its own.
public func damageCause(_ error: any Error) -> String? {
  switch error {
  case let error as VideoError: return "'\(error.path)': \(error.found)"
  case is FileError: return withoutAdvice(error)
  default: return nil
  }
}
