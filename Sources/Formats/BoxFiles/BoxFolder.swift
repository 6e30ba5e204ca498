public import Files
internal import Wording

/// Folders with a file for each video, in any format.
extension BoxFile {
  /// What the names of files of boxes end in; a folder of texts is a format of its own.
  private static let endings = [".xml", ".json", ".jsonl", ".csv", ".pkl", ".pickle"]

  /// The files of a folder that may have the boxes of a video each, packed ones too, by name.
  ///
  /// - Throws: `FileError`.
  public static func files(in folder: String) throws(FileError) -> [String] {
    try listFolder(folder).filter(mayBeRead).sorted().map { joinPath(folder, $0) }.filter { !isFolder($0) }
  }

  /// Whether a path leads to a folder of which every file with boxes is read; texts for pictures are a format of their own, beside
  /// which nothing else is.
  public static func readsEachFile(in path: String) -> Bool {
    guard isFolder(path), let content = try? BoxContent(sniffing: path, .proposals),
      BoxFormats.all.allSatisfy({ $0.recognise(content) == nil })
    else { return false }
    return (try? files(in: path).isEmpty) == false
  }

  /// Whether a file in a folder of boxes is read, by its name.
  public static func mayBeRead(_ name: String) -> Bool {
    let name = name.lowercased()
    return !name.hasPrefix(".")
      && endings.contains { end in ["", ".gz", ".zst"].contains { name.hasSuffix(end + $0) } }
  }

  /// Reads the files of a folder as one; boxes that name no video are of the one that their file is called like.
  ///
  /// - Returns: Nil where all have AVA's rows.
  /// - Throws: `BoxFileError` for files of several formats too; `FileError`.
  static func read(
    folder: String, _ files: [String], format: String?, images: String?, _ options: OptionNames
  ) throws -> BoxFile? {
    let parts = try files.map { try read(path: $0, format: format, images: images, options: options) }
    let titles = parts.map { $0?.title ?? "AVA's rows" }
    if let other = titles.firstIndex(where: { $0 != titles[0] }) {
      throw BoxFileError.malformed(
        path: folder, place: "", expected: "files of one format",
        found:
          "\(titles[0]) in '\(splitPath(files[0]).name)' and \(titles[other]) in '\(splitPath(files[other]).name)'",
        advice: "keep the files of each format in a folder of their own")
    }
    let known = parts.compactMap(\.self)
    guard let first = known.first else { return nil }
    if known.count == 1 { return first }
    var joined = BoxFile(path: folder, format: first.format, title: first.title, files: [])
    joined.reason = first.reason.map { "\(counted(files.count, "file")), the first one is \($0)" }
    joined.hasFilePerVideo = true
    func common<Value: Equatable>(_ value: (BoxFile) -> Value?) -> Value? {
      known.allSatisfy { value($0) == value(first) } ? value(first) : nil
    }
    joined.firstFrame = common(\.firstFrame)
    joined.hasPictureSizes = common { $0.hasPictureSizes } ?? false
    let areAlike = known.allSatisfy { $0.classNames == first.classNames && $0.personNumber == first.personNumber }
    if areAlike { (joined.classNames, joined.personNumber) = (first.classNames, first.personNumber) }
    let remarks = known.flatMap { part in part.remarks.map { "'\(splitPath(part.path).name)': \($0)" } }
    joined.remarks = Array(remarks.prefix(3))
    if remarks.count > 3 { joined.remarks.append("the like of \(counted(remarks.count - 3, "more file"))") }
    for part in known {
      let offset = joined.files.count
      joined.files += part.files
      joined.pictures += part.pictures
      joined.isUnitGuessed = joined.isUnitGuessed || part.isUnitGuessed
      for record in part.records {
        var record = record
        record.place.file += offset
        // Numbers mean something else in each file.
        if !areAlike {
          let isPerson = record.classNumber != nil && record.classNumber == part.personNumber
          record.className = isPerson ? "person" : part.className(of: record)
          record.classNumber = nil
        }
        joined.records.append(record)
      }
      for (what, count) in part.leftOut.map({ ($0.what, $0.count) }) {
        if let place = joined.leftOut.firstIndex(where: { $0.what == what }) {
          joined.leftOut[place].count += count
        } else {
          joined.leftOut.append(LeftOut(what: what, count: count))
        }
      }
    }
    return joined
  }

  /// What some files hold, for the identity of a run.
  ///
  /// - Throws: `FileError`.
  public static func fingerprint(of files: [String], doing: String) throws(FileError) -> String {
    var sum = SHA256()
    for file in files { sum.update("\(file) \(try fileFingerprint(file, doing: doing))\n") }
    return "\(counted(files.count, "file")), sha256 \(sum.finish())"
  }
}
