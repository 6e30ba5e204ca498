internal import Files
internal import JSON

/// A log on the disk, line by line, as a training that goes on finds it.
struct LogLines {
  /// What stays, each line without its end.
  private(set) var kept: [ArraySlice<UInt8>] = []
  /// What was found damaged and left out, for the user.
  private(set) var notices: [String] = []
  /// Whether something goes.
  private(set) var isChanged = false
  private let path: String

  /// Reads a file; one that is not there has no lines.
  ///
  /// - Parameters:
  ///   - isKept: Whether a line stays. What it throws, in words, is a notice, and the line goes.
  init(path: String, isKept: (ArraySlice<UInt8>) throws(LogLineError) -> Bool) throws(FileError) {
    self.path = path
    // Not read and rewritten first.
    try AppendedFile.check(path: path, doing: "writing the training's log")
    if !pathExists(path) { return }
    let bytes = try readFile(path, doing: "reading the training's log")
    var start = bytes.startIndex
    var number = 0
    while start < bytes.endIndex {
      number += 1
      guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else {
        // The run was killed, or the disk was full, while it was written.
        note(number, "it has no end")
        return
      }
      let line = bytes[start..<end]
      do throws(LogLineError) {
        if try isKept(line) { kept.append(line) } else { isChanged = true }
      } catch {
        note(number, error.found)
      }
      start = end + 1
    }
  }

  private mutating func note(_ number: Int, _ found: String) {
    isChanged = true
    notices.append("reading the training's log: '\(path)', line \(number): \(found) -> it is left out")
  }

  /// Writes what stays, all or nothing, where something goes.
  func rewrite() throws(FileError) {
    if !isChanged { return }
    let file = try AtomicFile(path: path)
    for line in kept { try file.write(line + [UInt8(ascii: "\n")]) }
    try file.commit()
  }
}

/// Why a line of a log is none.
struct LogLineError: Error {
  let found: String
}

extension LogLines {
  /// A log in PySlowFast's form without the entries of epochs that will be done again. Whatever else it says stays.
  ///
  /// - Parameter epoch: The first of these epochs, from 0.
  static func reference(path: String, before epoch: Int) throws(FileError) -> LogLines {
    try LogLines(path: path) { line throws(LogLineError) in
      guard let said = referenceEpoch(line) else { return true }
      return said <= epoch
    }
  }

  /// The epoch, from 1, that an entry in PySlowFast's form is of; nil of all other lines.
  private static func referenceEpoch(_ line: ArraySlice<UInt8>) -> Int? {
    let text = String(decoding: line, as: UTF8.self)
    guard let tag = text.range(of: ReferenceLine.tag),
      let entry = try? JSONReader.read(Array(text[tag.upperBound...].utf8)),
      case .string(let place)? = entry["epoch"] ?? entry["cur_epoch"]
    else { return nil }
    return place.split(separator: "/").first.flatMap { Int($0) }
  }
}

extension LogLines {
  /// The log in full without the entries of epochs that will be done again.
  ///
  /// - Parameters:
  ///   - epoch: The first of these epochs, from 0.
  ///   - entries: What stays is added here.
  static func metrics(path: String, before epoch: Int, _ entries: inout [LogEntry]) throws(FileError) -> LogLines {
    var found: [LogEntry] = []
    defer { entries += found }
    return try LogLines(path: path) { line throws(LogLineError) in
      guard let entry = try readEntry(line) else { return true }
      if let position = entry.position, position.epoch >= epoch { return false }
      found.append(entry)
      return true
    }
  }

  private static func readEntry(_ line: ArraySlice<UInt8>) throws(LogLineError) -> LogEntry? {
    do {
      return try LogEntry(line: Array(line))
    } catch {
      throw LogLineError(found: "expected an entry as JSON, found \(error.found) at byte \(error.offset + 1)")
    }
  }
}

extension StringProtocol {
  /// Where a text first stands in this one.
  fileprivate func range(of text: String) -> Range<Index>? { ranges(of: text).first }
}
