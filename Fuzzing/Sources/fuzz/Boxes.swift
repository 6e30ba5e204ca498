import BoxFiles

/// Reads boxes in the format that they are recognised as, then in every one: what is recognised seldom reaches the others.
func readBoxes(_ path: String) throws {
  if let file = try? BoxFile.read(path: path) { check(file) }
  var fault: (any Error)?
  for format in BoxFormats.names {
    do {
      if let file = try BoxFile.read(path: path, format: format) { check(file) }
    } catch {
      if "\(error)".isEmpty { fatalError("an error without a text") }
      fault = error
    }
  }
  if let fault { throw fault }
}

private func check(_ file: BoxFile) {
  // A file that is not blank and has no box, such as a comment or a header alone, is a result: nobody is in it.
  if file.summary.isEmpty { fatalError("a file of boxes without a summary") }
  for record in file.records.prefix(64) {
    if !(record.x1 <= record.x2 && record.y1 <= record.y2) { fatalError("corners that are not in order") }
    if record.unit == .unknown { fatalError("coordinates without a unit") }
    if file.describe(record.place).isEmpty { fatalError("a record without a place") }
    if case .picture(let name, _) = record.position { _ = PictureName(name, videos: ["v", "clip"]) }
  }
}
