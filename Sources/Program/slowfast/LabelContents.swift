internal import Configuration
internal import Files
internal import Runs

/// What files of labels hold, by the keys that name them: one that was moved is still the same.
///
/// - Parameter places: Where they are; what cannot be read is left out.
func labelContents(_ places: [String: String]) -> [String: String] {
  places.compactMapValues { try? fileFingerprint($0, isWhole: true, doing: "reading the labels") }
}

extension RunStatus {
  /// The same with what the files of labels hold from which the results are made.
  func with(labels places: [String: String]) -> RunStatus {
    var status = self
    status.labels = labelContents(places)
    return status
  }
}
